"""Measures the offline tools: prints the table of docs/measured.md, every picture's figures, and draws
docs/quality.webp. Exits with 1 where a bound is broken. `python -m tests.programs.quality`."""

import sys
from pathlib import Path

from tests.programs.quality import failings, large, sheet, speed, table
from tests.programs.quality.figures import everything

SHEET = Path("docs/quality.webp")


def main() -> int:
    figures, failing = everything(), [*failings.tones_and_styles(), *failings.holes()]
    bounded = [*table.large(*large.measured()), *table.speed(speed.paintings(), *speed.crafted_files())]
    size = sheet.write(figures, SHEET)
    print(table.summary(figures, failing, bounded))  # noqa: T201
    print(f"\n{table.details(figures)}\n\n{SHEET}: {size / 1000:.0f} kB")  # noqa: T201
    broken = [figure.label for figure in bounded if figure.value > figure.most]
    for label in broken:
        print(f"Over its bound: {label}")  # noqa: T201
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
