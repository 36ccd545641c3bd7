import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.rows import CONTESTS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.proofs
@pytest.mark.postgres
def test_jobs_and_hand_written_sql_write_the_same_and_the_books_balance_after_both() -> None:
    bench = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--small", "against SQL", "memory"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )

    assert (bench.returncode, bench.stderr) == (0, "")
    rows = [line.split("  ")[0] for line in bench.stdout.splitlines()]
    assert [row for row in rows if row.endswith("against SQL")] == [f"{each.name} against SQL" for each in CONTESTS]
    assert "the books balance after both" in rows


@pytest.mark.proofs
@pytest.mark.postgres
def test_prices_are_those_that_hand_written_sql_leads_to() -> None:
    bench = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--small", "prices"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )

    assert (bench.returncode, bench.stderr) == (0, "")
    assert bench.stdout.count("prices: against SQL") == 2


@pytest.mark.proofs
@pytest.mark.postgres
def test_a_close_of_a_day_writes_what_hand_written_sql_writes_and_a_rebuild_what_days_closed_one_by_one_have() -> None:
    bench = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--small", "reports"],
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
    )

    assert (bench.returncode, bench.stderr) == (0, "")
    rows = {line.split("  ")[0]: line for line in bench.stdout.splitlines()}
    assert "yes (" in rows["reports: day by day, the same as rebuilt"]
    assert "reports: close of a day against SQL" in rows
