import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.files import FORMATS
from tests.helpers.report_tables import AT, sample_row, sample_table

MEASURE = r"""
import re, sys, tempfile
from pathlib import Path
import django
django.setup()
from reports.files import FORMATS
from tests.helpers.report_tables import AT, sample_rows, sample_table
def used(): return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
with tempfile.TemporaryFile() as file:
    FORMATS[sys.argv[1]].write(sample_table(sample_rows(10)), file, AT, lambda rows: None)
before = used()
with tempfile.TemporaryFile() as file:
    FORMATS[sys.argv[1]].write(sample_table(sample_rows(int(sys.argv[2]))), file, AT, lambda rows: None)
    print(before, used(), file.tell())
"""


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_writes_to_an_open_file(name: str) -> None:
    file = io.BytesIO()

    FORMATS[name].write(sample_table([sample_row(1)]), file, AT, lambda rows: None)

    assert len(file.getvalue()) > 100


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux: getrusage also counts the parent")
@pytest.mark.parametrize("name", ["csv", "xlsx"])
def test_a_hundred_thousand_rows_take_no_more_memory_than_a_few(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, name, "100000"],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    before, after, size = map(float, done.stdout.split())

    assert after < 100  # MB, Django included
    assert after - before < 10
    assert size > 1_000_000
