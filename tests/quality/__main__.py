"""Measures the offline tools: prints the table of README.md's section "Measured", every picture's figures, and draws
docs/quality.webp. `python -m tests.quality`."""

from pathlib import Path

from tests.quality import large, sheet, table
from tests.quality.figures import everything

SHEET = Path("docs/quality.webp")


def main() -> None:
    figures = everything()
    costs, peak = large.measured()
    size = sheet.write(figures, SHEET)
    print(table.summary(figures, costs, peak))  # noqa: T201
    print(f"\n{table.details(figures)}\n\n{SHEET}: {size / 1000:.0f} kB")  # noqa: T201


if __name__ == "__main__":
    main()
