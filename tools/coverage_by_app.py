"""Writes the table of coverage by app into CONTRIBUTING.md: `python tools/coverage_by_app.py var/coverage.json`."""

import json
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "CONTRIBUTING.md"
TABLE = re.compile(r"(<!-- coverage: .*? -->\n).*?(<!-- end -->)", re.DOTALL)
KEYS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


def table(report: dict[str, Any]) -> str:
    """The table of a report of `coverage json`, an app a row."""
    apps: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for file, measured in report["files"].items():
        for app in (Path(file).parts[0], "**all**"):
            apps[app].update({key: measured["summary"][key] for key in KEYS})
    rows = [
        f"| {app} | {sums['num_statements']:,} | {_percent(sums, 'covered_lines', 'num_statements')} "
        f"| {_percent(sums, 'covered_branches', 'num_branches')} |"
        for app, sums in sorted(apps.items(), key=lambda item: (item[0].startswith("*"), item[0]))
    ]
    return (
        "\n".join(["| app | statements | statements covered | branches covered |", "|---|---|---|---|", *rows]) + "\n"
    )


def _percent(sums: Counter[str], covered: str, of: str) -> str:
    return f"{100 * sums[covered] / sums[of]:.1f} %" if sums[of] else "–"


if __name__ == "__main__":
    made = table(json.loads(Path(sys.argv[1]).read_text()))
    PAGE.write_text(TABLE.sub(lambda found: found[1] + made + found[2], PAGE.read_text()))
    print(made, end="")
