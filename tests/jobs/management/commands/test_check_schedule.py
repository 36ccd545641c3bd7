import re
import shutil
import stat
import subprocess
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from cinema.job_schedule import SCHEDULE
from jobs import crontab
from jobs.cron_lines import cron_line

ROOT = Path(__file__).resolve().parents[4]
MOSCOW = ZoneInfo("Europe/Moscow")
FOREIGN = "15 4 * * 1 /usr/bin/backup --all # another program's"

FAKE = """\
#!/bin/sh
# Keeps one user's crontab in the file `table` beside it.
table="{folder}/table"
if [ "$1" = -l ]; then
    [ -e "$table" ] || { echo "no crontab for nobody" >&2; exit 1; }
    exec cat "$table"
fi
exec cp "$1" "$table"
"""


@pytest.fixture
def table(tmp_path: Path, settings) -> Path:
    """The file in which a fake `crontab` executable keeps this test's crontab."""
    executable = tmp_path / "crontab"
    executable.write_text(FAKE.replace("{folder}", str(tmp_path)))
    executable.chmod(0o755)
    settings.CRONTAB_EXECUTABLE = str(executable)
    settings.CRON_LOG = tmp_path / "cron.log"
    settings.CRONTAB_COMMAND_SUFFIX = f">> {settings.CRON_LOG} 2>&1"
    return tmp_path / "table"


def run_crontab_command(verb: str) -> None:
    """Run `manage.py crontab add` or `remove`, with a replacement for `os.popen` that leaves no open pipe behind."""

    def output_of(command: str) -> StringIO:
        return StringIO(subprocess.run(command, shell=True, capture_output=True, text=True).stdout)  # noqa: S602

    with patch("django_crontab.crontab.os.popen", output_of):
        call_command("crontab", verb, verbosity=0)


def install() -> None:
    run_crontab_command("add")


def check() -> str:
    output = StringIO()
    call_command("check_schedule", stdout=output)
    return output.getvalue()


def refused() -> tuple[str, str]:
    """The output of a failing check and its error."""
    output = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("check_schedule", stdout=output)
    assert refusal.value.returncode == 1
    assert "\n" not in str(refusal.value)
    return output.getvalue(), str(refusal.value)


def test_an_installed_schedule_passes(table: Path):
    install()

    assert check() == f"The crontab matches the schedule: {len(SCHEDULE)} jobs\n"
    assert len(table.read_text().splitlines()) == len(SCHEDULE)


def test_installing_twice_changes_nothing_and_other_lines_stay(table: Path):
    table.write_text(f"{FOREIGN}\n")
    install()
    once = table.read_text()

    install()

    assert table.read_text() == once
    assert check() == f"The crontab matches the schedule: {len(SCHEDULE)} jobs\n"

    run_crontab_command("remove")

    assert table.read_text() == f"{FOREIGN}\n"


def test_an_empty_crontab_lacks_every_job(table: Path):
    printed, end = refused()

    assert [line.split(": ")[:2] for line in printed.splitlines()] == [["missing", job] for job in SCHEDULE]
    assert end == "The crontab does not match the schedule. To install it, run: manage.py crontab add -v 0"


def test_a_removed_line_is_named_by_its_job(table: Path):
    install()
    lines = table.read_text().splitlines(keepends=True)
    table.write_text("".join(lines[1:]))

    printed, _ = refused()

    assert printed == f"missing: {next(iter(SCHEDULE))}: {lines[0]}"


def test_a_line_commented_out_is_missing(table: Path):
    install()
    table.write_text(f"# {table.read_text()}")

    printed, _ = refused()

    assert printed.startswith(f"missing: {next(iter(SCHEDULE))}: ")
    assert len(printed.splitlines()) == 1


def test_an_edited_line_is_changed(table: Path):
    install()
    rest = table.read_text().removeprefix("* * * * *")
    table.write_text("7 7 * * *" + rest)

    printed, _ = refused()

    assert printed == f"changed: {next(iter(SCHEDULE))}: 7 7 * * *{rest.splitlines()[0]}\n"


def test_a_duplicate_line_is_surplus(table: Path):
    install()
    first = table.read_text().splitlines()[0]
    table.write_text(table.read_text() + first + "\n")

    printed, _ = refused()

    assert printed == f"surplus: {first}\n"


def test_a_line_of_an_older_schedule_is_surplus(table: Path, settings):
    install()
    settings.CRONJOBS = settings.CRONJOBS[1:]

    printed, _ = refused()

    assert printed == f"surplus: {table.read_text().splitlines()[0]}\n"


def test_a_line_without_its_comment_is_recognised_by_its_command(table: Path):
    install()
    stray = f"* * * * * python3 {project.BASE_DIR}/manage.py crontab run 0123456789abcdef"
    table.write_text(table.read_text() + stray + "\n")

    printed, _ = refused()

    assert printed == f"surplus: {stray}\n"


def test_lines_of_another_checkout_are_ignored(table: Path):
    install()
    table.write_text(
        table.read_text() + "* * * * * python3 /srv/other/manage.py crontab run 0123456789abcdef # cinema\n"
    )

    assert check() == f"The crontab matches the schedule: {len(SCHEDULE)} jobs\n"


def test_a_machine_without_cron_is_reported(table: Path, settings, tmp_path: Path):
    settings.CRONTAB_EXECUTABLE = str(tmp_path / "absent")

    assert refused() == ("", f"There is no {tmp_path}/absent on this machine: install cron")


def test_an_unreadable_crontab_is_not_taken_for_an_empty_one(table: Path, settings):
    Path(settings.CRONTAB_EXECUTABLE).write_text("#!/bin/sh\necho 'You (nobody) are not allowed' >&2; exit 1\n")

    assert refused() == ("", f"{settings.CRONTAB_EXECUTABLE} -l failed: You (nobody) are not allowed")


@pytest.mark.parametrize("character", ["%", "#", " ", "'", "$", ";"])
def test_a_path_that_a_crontab_line_cannot_contain_is_refused(table: Path, settings, character: str):
    settings.CRON_LOG = f"/srv/cine{character}ma/cron.log"

    assert refused() == (
        "",
        f"A crontab line cannot contain {character!r}: move /srv/cine{character}ma/cron.log to a path without it",
    )


def test_a_log_that_cannot_be_written_is_refused(table: Path, settings, tmp_path: Path):
    settings.CRON_LOG = tmp_path / "absent" / "cron.log"

    assert refused() == (
        "",
        f"No job could run, because its log cannot be written: create the folder {tmp_path}/absent",
    )


# --- Running a line as cron does: without environment variables, in another folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the project's code without the developer's `.env`."""
    folder = tmp_path / "cinema-alone"
    ignored = shutil.ignore_patterns(".*", "var", "tests", "docs", "__pycache__")
    shutil.copytree(ROOT, folder, ignore=ignored)
    (folder / "var").mkdir()
    return folder


def line_of(checkout: Path, job: str) -> str:
    """The command that `crontab add` would write for this job of this checkout."""
    line = next(line for line, name in crontab.schedule().items() if name == job).removeprefix("* * * * * ")
    for path in ("manage.py", "var/cron.log"):
        line = line.replace(f"{project.BASE_DIR}/{path} ", f"{checkout}/{path} ")
    return line


def run_as_cron_does(line: str) -> subprocess.CompletedProcess[str]:
    bare = {"HOME": "/", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "nobody"}
    return subprocess.run(["/bin/sh", "-c", line], cwd="/", env=bare, capture_output=True, text=True)


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if "__pycache__" not in path.parts}


def test_without_a_database_url_a_job_stops_and_creates_no_database(checkout: Path):
    (checkout / ".env").write_text("SECRET_KEY=secret\n")
    line = line_of(checkout, "update_session_statuses")
    files_in_root, before = set(Path("/").iterdir()), files_of(checkout)

    result = run_as_cron_does(line)

    log = (checkout / "var" / "cron.log").read_text()
    assert result.returncode == 78
    assert re.fullmatch(r"DATABASE_URL is not set: .*\n", log)
    assert files_of(checkout) == before | {"var/cron.log"}
    assert stat.S_IMODE((checkout / "var" / "cron.log").stat().st_mode) == 0o600
    assert set(Path("/").iterdir()) == files_in_root


def test_a_job_uses_the_database_named_in_the_projects_env_file(checkout: Path):
    (checkout / ".env").write_text("SECRET_KEY=secret\nDATABASE_URL=sqlite:///var/named.sqlite3\n")
    line = line_of(checkout, "update_session_statuses")
    files_in_root, before = set(Path("/").iterdir()), files_of(checkout)

    run_as_cron_does(line)

    made = {name for name in files_of(checkout) - before if not name.endswith(("-wal", "-shm"))}
    assert made == {"var/cron.log", "var/named.sqlite3"}
    assert set(Path("/").iterdir()) == files_in_root


@pytest.mark.parametrize(
    ("debug", "installed", "not_installed"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_a_missing_schedule_counts_as_not_installed_only_in_debug(table, settings, debug, installed, not_installed):
    settings.DEBUG = debug
    table.write_text(FOREIGN + "\n")
    if installed:
        install()

    assert crontab.is_not_installed() is not_installed


def test_a_machine_without_cron_counts_as_not_installed(settings):
    settings.DEBUG, settings.CRONTAB_EXECUTABLE = True, "/nowhere/crontab"

    assert crontab.is_not_installed()


def in_the_zone(settings, zone: str) -> None:
    """The settings as they are on a machine whose cron runs in that zone."""
    settings.CRON_ZONE = ZoneInfo(zone)
    settings.CRONJOBS = [
        (cron_line(when, zone=MOSCOW, cron_zone=settings.CRON_ZONE, year=2026), call, [job], options)
        for (job, when), (_line, call, _job, options) in zip(SCHEDULE.items(), project.CRONJOBS, strict=True)
    ]


def test_a_machine_in_another_zone_is_told_of_and_has_the_same_instants(table: Path, settings):
    in_the_zone(settings, "UTC")
    install()

    output = check()

    assert output.startswith("Cron runs in UTC, the site in TIME_ZONE=Europe/Moscow. ")
    assert "expire_bonus_points 10 3 * * * -> 10 0 * * *" in output
    assert sum(line.startswith("10 0 * * * ") for line in table.read_text().splitlines()) == 1


def test_a_machine_that_got_another_zone_must_be_installed_again(table: Path, settings):
    install()
    in_the_zone(settings, "UTC")

    output, _error = refused()

    assert "missing: expire_bonus_points: 10 0 * * * " in output
    install()
    assert "The crontab matches the schedule" in check()
