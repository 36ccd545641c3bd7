from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from jobs.models import JobRun
from jobs.options import Options
from tests.helpers.sample_jobs import SwitchOff

DEFAULTS: dict[str, Any] = {"at": None, "batch_size": 500, "limit": None, "every": None, "dry_run": False}

BAD = [
    ("at", "yesterday", "--at: 'yesterday' is not a time such as 2026-11-05T18:30:00+03:00"),
    ("at", "", "--at: '' is not a time such as 2026-11-05T18:30:00+03:00"),
    ("at", "2026-02-30T12:00:00Z", "--at: '2026-02-30T12:00:00Z' is not a time such as 2026-11-05T18:30:00+03:00"),
    ("at", "2026-11-05", "--at: '2026-11-05' has no time zone; add Z or an offset such as +03:00"),
    ("at", "2026-11-05T12:00", "--at: '2026-11-05T12:00' has no time zone; add Z or an offset such as +03:00"),
    ("at", "0001-01-01T00:00+14:00", "--at: '0001-01-01T00:00+14:00' is not between the years 2000 and 2200"),
    ("at", "9999-12-31T23:59-14:00", "--at: '9999-12-31T23:59-14:00' is not between the years 2000 and 2200"),
    ("batch_size", "0", "--batch-size: 0 is not between 1 and 10000"),
    ("batch_size", "-7", "--batch-size: -7 is not between 1 and 10000"),
    ("batch_size", "many", "--batch-size: 'many' is not a whole number"),
    ("batch_size", "1e3", "--batch-size: '1e3' is not a whole number"),
    ("batch_size", "9" * 40, f"--batch-size: '{'9' * 40}' is not a whole number"),
    ("limit", "-1", "--limit: -1 is not between 0 and 1000000000"),
    ("limit", "1.5", "--limit: '1.5' is not a whole number"),
    ("limit", "٣", "--limit: '٣' is not a whole number"),
    ("every", "0", "--every: 0 is not between 1 and 60"),
    ("every", "61", "--every: 61 is not between 1 and 60"),
    ("every", "soon\nor late", "--every: 'soon\\nor late' is not a whole number"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("option", "value", "message"), BAD)
def test_invalid_input_is_refused_in_one_line_and_nothing_runs(option: str, value: str, message: str) -> None:
    with pytest.raises(CommandError) as as_python:
        call_command(SwitchOff(), **{option: value})
    with pytest.raises(CommandError) as as_words:
        call_command(SwitchOff(), f"--{option.replace('_', '-')}={value}")

    assert str(as_python.value) == str(as_words.value) == message
    assert as_python.value.returncode == as_words.value.returncode == 2
    assert not JobRun.objects.exists()


@pytest.mark.django_db
def test_an_unknown_option_is_refused_in_one_line() -> None:
    with pytest.raises(CommandError, match="unrecognized arguments: --forec") as caught:
        call_command(SwitchOff(), "--forec")

    assert caught.value.returncode == 2


@pytest.mark.parametrize(
    "text", ["2026-11-05T18:30:00Z", "2026-11-05T21:30:00+03:00", "20261105T183000Z", "2026-11-05 13:30-05:00"]
)
def test_an_instant_is_read_in_any_zone(text: str) -> None:
    options = Options.parse({**DEFAULTS, "at": text})

    assert options.at == datetime(2026, 11, 5, 18, 30, tzinfo=UTC)
    assert options.at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--batch-size", "0"], "BadInput: --batch-size: 0 is not between 1 and 10000"),
        (["--every"], "manage.py switch_off: argument --every: expected one argument"),
        (["--forec", "now"], "manage.py switch_off: unrecognized arguments: --forec now"),
    ],
)
def test_the_command_line_gets_one_line_and_exit_code_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        SwitchOff().run_from_argv(["manage.py", "switch_off", *arguments])

    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", message + "\n")
