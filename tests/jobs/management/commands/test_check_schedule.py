import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command

from cinema.schedule import SCHEDULE
from jobs import crontab

ROOT = Path(__file__).resolve().parents[4]
FOREIGN = "15 4 * * 1 /usr/bin/backup --all # the neighbour's"

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
    """The crontab of this test, written by a `crontab` of its own."""
    executable = tmp_path / "crontab"
    executable.write_text(FAKE.replace("{folder}", str(tmp_path)))
    executable.chmod(0o755)
    settings.CRONTAB_EXECUTABLE = str(executable)
    settings.CRON_LOG = tmp_path / "cron.log"
    settings.CRONTAB_COMMAND_SUFFIX = f">> {settings.CRON_LOG} 2>&1"
    return tmp_path / "table"


def djangos_crontab(verb: str) -> None:
    """`manage.py crontab add` or `remove`, but that it closes the pipe it reads, and waits for its child."""

    def output_of(command: str) -> StringIO:
        return StringIO(subprocess.run(command, shell=True, capture_output=True, text=True).stdout)  # noqa: S602

    with patch("django_crontab.crontab.os.popen", output_of):
        call_command("crontab", verb, verbosity=0)


def install() -> None:
    djangos_crontab("add")


def check() -> str:
    output = StringIO()
    call_command("check_schedule", stdout=output)
    return output.getvalue()


def refused() -> tuple[str, str]:
    """What it printed and what it ended with."""
    output = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("check_schedule", stdout=output)
    assert refusal.value.returncode == 1
    assert "\n" not in str(refusal.value)
    return output.getvalue(), str(refusal.value)


def test_an_installed_schedule_passes(table: Path):
    install()

    assert check() == f"The crontab holds the whole schedule: {len(SCHEDULE)} jobs\n"
    assert len(table.read_text().splitlines()) == len(SCHEDULE)


def test_installing_twice_changes_nothing_and_other_lines_stay(table: Path):
    table.write_text(f"{FOREIGN}\n")
    install()
    once = table.read_text()

    install()

    assert table.read_text() == once
    assert check() == f"The crontab holds the whole schedule: {len(SCHEDULE)} jobs\n"

    djangos_crontab("remove")

    assert table.read_text() == f"{FOREIGN}\n"


def test_an_empty_crontab_lacks_every_job(table: Path):
    printed, end = refused()

    assert [line.split(": ")[:2] for line in printed.splitlines()] == [["missing", job] for job in SCHEDULE]
    assert end == "The crontab does not hold the schedule: manage.py crontab add -v 0 installs it"


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


def test_a_line_that_stands_twice_is_surplus(table: Path):
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


def test_a_line_of_this_project_is_known_by_its_command_when_its_comment_is_lost(table: Path):
    install()
    stray = f"* * * * * python3 {project.BASE_DIR}/manage.py crontab run 0123456789abcdef"
    table.write_text(table.read_text() + stray + "\n")

    printed, _ = refused()

    assert printed == f"surplus: {stray}\n"


def test_lines_of_another_checkout_do_not_count(table: Path):
    install()
    table.write_text(
        table.read_text() + "* * * * * python3 /srv/other/manage.py crontab run 0123456789abcdef # cinema\n"
    )

    assert check() == f"The crontab holds the whole schedule: {len(SCHEDULE)} jobs\n"


def test_a_machine_without_cron_is_told_so(table: Path, settings, tmp_path: Path):
    settings.CRONTAB_EXECUTABLE = str(tmp_path / "absent")

    assert refused() == ("", f"There is no {tmp_path}/absent on this machine: install cron")


def test_a_crontab_that_may_not_be_read_is_not_an_empty_one(table: Path, settings):
    Path(settings.CRONTAB_EXECUTABLE).write_text("#!/bin/sh\necho 'You (nobody) are not allowed' >&2; exit 1\n")

    assert refused() == ("", f"{settings.CRONTAB_EXECUTABLE} -l failed: You (nobody) are not allowed")


@pytest.mark.parametrize("character", ["%", "#", " ", "'", "$", ";"])
def test_a_path_that_a_crontab_line_cannot_hold_is_refused(table: Path, settings, character: str):
    settings.CRON_LOG = f"/srv/cine{character}ma/cron.log"

    assert refused() == (
        "",
        f"A crontab line cannot hold {character!r}: move /srv/cine{character}ma/cron.log to a path without it",
    )


def test_a_log_that_cannot_be_written_is_refused_since_no_line_could_run(table: Path, settings, tmp_path: Path):
    settings.CRON_LOG = tmp_path / "absent" / "cron.log"

    assert refused() == (
        "",
        f"No line could run, since its log cannot be written: there must be a folder {tmp_path}/absent",
    )


# --- A line as cron runs it: no environment, another folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The project's code in a place of its own, where no developer's `.env` lies."""
    place = tmp_path / "cinema-alone"
    aside = shutil.ignore_patterns(".*", "var", "tests", "docs", "__pycache__")
    shutil.copytree(ROOT, place, ignore=aside)
    (place / "var").mkdir()
    return place


def line_of(checkout: Path, job: str) -> str:
    """The command that `crontab add` would write for this job of this checkout."""
    line = next(line for line, name in crontab.schedule().items() if name == job).removeprefix("* * * * * ")
    for path in ("manage.py", "var/cron.log"):
        line = line.replace(f"{project.BASE_DIR}/{path} ", f"{checkout}/{path} ")
    return line


def run_as_cron_does(line: str) -> subprocess.CompletedProcess[str]:
    bare = {"HOME": "/", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "nobody"}
    return subprocess.run(["/bin/sh", "-c", line], cwd="/", env=bare, capture_output=True, text=True)


def files_of(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if "__pycache__" not in path.parts}


def test_a_line_stops_at_once_and_makes_no_database_when_none_is_named(checkout: Path):
    (checkout / ".env").write_text("SECRET_KEY=secret\n")
    line = line_of(checkout, "update_session_statuses")
    at_home, before = set(Path("/").iterdir()), files_of(checkout)

    ended = run_as_cron_does(line)

    log = (checkout / "var" / "cron.log").read_text()
    assert ended.returncode == 78
    assert re.fullmatch(r"DATABASE_URL is not set: .*\n", log)
    assert files_of(checkout) == before | {"var/cron.log"}
    assert set(Path("/").iterdir()) == at_home


def test_a_line_uses_the_database_that_the_projects_own_env_names(checkout: Path):
    (checkout / ".env").write_text("SECRET_KEY=secret\nDATABASE_URL=sqlite:///var/named.sqlite3\n")
    line = line_of(checkout, "update_session_statuses")
    at_home, before = set(Path("/").iterdir()), files_of(checkout)

    run_as_cron_does(line)

    made = {name for name in files_of(checkout) - before if not name.endswith(("-wal", "-shm"))}
    assert made == {"var/cron.log", "var/named.sqlite3"}
    assert set(Path("/").iterdir()) == at_home


@pytest.mark.parametrize(
    ("debug", "installed", "left_out"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_nobody_waits_for_a_schedule_that_a_developer_has_not_installed(table, settings, debug, installed, left_out):
    settings.DEBUG = debug
    table.write_text(FOREIGN + "\n")
    if installed:
        install()

    assert crontab.is_not_installed() is left_out


def test_a_machine_without_cron_has_no_schedule(settings):
    settings.DEBUG, settings.CRONTAB_EXECUTABLE = True, "/nowhere/crontab"

    assert crontab.is_not_installed()
