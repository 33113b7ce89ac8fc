"""What `make bench` prints: ratios within one run, and what was missed."""

from tests.programs.bench.table import render

ROWS = {
    "bare view, 1 connection: p50": [1.0, 1.2, 0.8],
    "bare view, 20 connections: a second": [800.0],
    "healthz, 1 connection: p50": [1.4],
    "poll, 1 connection: p50": [2.5],
    "poll, 20 connections: a second": [600.0],
    "gallery page, 1 connection: p50": [3.0],
    "web process, idle": [101.0],
}


def row(name: str, text: str) -> list[str]:
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {name} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_row_shows_its_median_its_ratio_and_its_target() -> None:
    text = render(ROWS)
    assert row("bare view, 1 connection: p50", text)[1:] == ["1.00 ms", "0.80 – 1.20", "", ""]
    assert row("poll, 1 connection: p50", text)[1:] == ["2.50 ms", "", "2.50 ×", "≤ 2 ×"]
    assert row("poll, 20 connections: a second", text)[1:] == ["600 /s", "", "0.75 ×", "≥ 0.5 ×"]
    assert row("gallery page, 1 connection: p50", text)[3:] == ["3.00 ×", ""]
    assert row("web process, idle", text)[1:] == ["101 MB", "", "", "≤ 100"]


def test_what_was_missed_is_said_below() -> None:
    last = render(ROWS).splitlines()[-1]
    assert last == "Missed: poll, 1 connection: p50 (2.50 instead of ≤ 2 ×); web process, idle (101 instead of ≤ 100)"
    assert render({"web process, idle": [99.0]}).splitlines()[-1] == "No target is missed."


def test_of_rows_that_were_not_asked_for_nothing_is_said() -> None:
    text = render({"poll, 1 connection: p50": [2.5]})
    assert row("poll, 1 connection: p50", text)[3] == ""
    assert text.splitlines()[-1] == "No target is missed."


def test_beside_others_the_ratio_counts_and_what_is_not_there_is_said() -> None:
    ours = {"finished a second, 1 worker": [150.0], "send to final event, 1 worker: p50": [6.0]}
    chainlit = {"Chainlit, 1 socket: p50": [8.0], "Chainlit, 100 sockets: a second": [200.0]}
    text = render({**ours, **chainlit})
    assert row("send to final event, 1 worker: p50", text)[3:] == ["0.75 ×", "≤ 1 ×"]
    assert row("finished a second, 1 worker", text)[3:] == ["0.75 ×", "≥ 1 ×"]
    assert text.splitlines()[-1] == "Missed: finished a second, 1 worker (0.75 instead of ≥ 1 ×)"
    assert render(ours, ["Chainlit is not installed."]).splitlines()[-2:] == [
        "No target is missed.",
        "Chainlit is not installed.",
    ]


def test_lighthouse_gives_marks_and_seconds() -> None:
    text = render({"Lighthouse, /: performance": [0.99], "Lighthouse, /: largest paint on a slow phone": [1.2]})
    assert row("Lighthouse, /: performance", text)[1:] == ["0.99 of 1", "", "", "≥ 1"]
    assert row("Lighthouse, /: largest paint on a slow phone", text)[1:] == ["1.20 s", "", "", "≤ 1.5"]
    assert text.splitlines()[-1] == "Missed: Lighthouse, /: performance (0.99 instead of ≥ 1)"
