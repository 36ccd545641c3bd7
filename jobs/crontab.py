"""Whether cron on this machine holds the schedule of the settings: django-crontab reports success though it failed."""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

from django.conf import settings
from django_crontab.crontab import Crontab

INSTALL = "manage.py crontab add -v 0"
# django-crontab quotes nothing; % ends a line in a crontab; # begins the comment by which a line is found again.
UNFIT = re.compile(r"[^\w@+=:,./-]")


class CrontabUnusable(Exception):
    """The crontab cannot be read, or its lines could not run; the text says why, in one line."""


def schedule() -> dict[str, str]:
    """The lines that the settings ask for, each with the name of its job."""
    crontab = Crontab(verbosity=0)
    crontab.add_jobs()
    return {line.rstrip("\n"): job[2][0] for line, job in zip(crontab.crontab_lines, settings.CRONJOBS, strict=True)}


def is_not_installed() -> bool:
    """Whether this is a developer's machine without a line of the schedule: its jobs are not late, nobody asked for
    them. Never so in production, where a crontab that was forgotten is an alarm."""
    if not settings.DEBUG:
        return False
    try:
        return not _own_lines()
    except CrontabUnusable:
        return True


def differences() -> list[str]:
    """What is wrong with this machine's crontab, one line each; nothing when it holds exactly the schedule.

    Lines of others are not looked at. Raises `CrontabUnusable`.
    """
    _refuse_what_cannot_run()
    wanted = schedule()
    held = _own_lines()
    missing = list((Counter(list(wanted)) - Counter(held)).elements())
    surplus = list((Counter(held) - Counter(list(wanted))).elements())
    found = []
    for line in missing:
        edited = next((other for other in surplus if _run(other) == _run(line)), None)
        if edited is None:
            found.append(f"missing: {wanted[line]}: {line}")
        else:
            surplus.remove(edited)
            found.append(f"changed: {wanted[line]}: {edited}")
    return found + [f"surplus: {line}" for line in surplus]


def _refuse_what_cannot_run() -> None:
    crontab = Crontab().settings
    for path in (crontab.PYTHON_EXECUTABLE, crontab.DJANGO_MANAGE_PATH, str(settings.CRON_LOG)):
        if unfit := UNFIT.search(path):
            raise CrontabUnusable(f"A crontab line cannot hold {unfit[0]!r}: move {path} to a path without it")
    folder = Path(settings.CRON_LOG).parent
    if not os.access(folder, os.W_OK | os.X_OK):  # the shell opens the log first, and without it starts nothing
        raise CrontabUnusable(f"No line could run, since its log cannot be written: there must be a folder {folder}")


def _own_lines() -> list[str]:
    """This project's lines in the crontab, known by their comment or by the command they run."""
    crontab = Crontab().settings
    command = f" {crontab.DJANGO_MANAGE_PATH} crontab run "
    lines = []
    for line in _crontab(crontab.CRONTAB_EXECUTABLE).splitlines():
        parts = crontab.CRONTAB_LINE_REGEXP.match(line)
        if parts and (parts[5] == crontab.CRONTAB_COMMENT or command in parts[3]):
            lines.append(line)
    return lines


def _crontab(executable: str) -> str:
    try:
        listed = subprocess.run(  # noqa: S603 (the executable is the settings' own)
            [executable, "-l"], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}
        )
    except OSError as error:
        raise CrontabUnusable(f"There is no {executable} on this machine: install cron") from error
    if listed.returncode == 0:
        return listed.stdout
    if "no crontab" in listed.stderr.lower():  # that is how it says: empty
        return ""
    raise CrontabUnusable(f"{executable} -l failed: {' '.join(listed.stderr.split()) or listed.returncode}")


def _run(line: str) -> str:
    """Which job a line runs: django-crontab's hash of it."""
    found = re.search(r" crontab run (\w+)", line)
    return found[1] if found else line
