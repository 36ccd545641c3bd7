"""Compares this machine's crontab with the schedule in the settings.

django-crontab reports success even when installing the schedule failed, so the result has to be checked. The hours are
those of cron's own time zone, since Debian's cron ignores CRON_TZ: see `jobs.cron_lines`. When the machine
gets another zone, the lines differ and must be installed again.
"""

import os
import re
import subprocess
from collections import Counter
from pathlib import Path

from django.conf import settings
from django_crontab.crontab import Crontab

INSTALL = "manage.py crontab add -v 0"
# django-crontab does not quote; % ends a command in a crontab; # starts the comment that identifies our lines.
UNSAFE = re.compile(r"[^\w@+=:,./-]")


class CrontabUnusable(Exception):
    """The crontab cannot be read, or its lines could not run. The message says why, in one line."""


def schedule() -> dict[str, str]:
    """The crontab lines that the settings ask for, each with the name of its job."""
    crontab = Crontab(verbosity=0)
    crontab.add_jobs()
    return {line.rstrip("\n"): job[2][0] for line, job in zip(crontab.crontab_lines, settings.CRONJOBS, strict=True)}


def is_not_installed() -> bool:
    """Whether this is a developer's machine (`DEBUG`) without the schedule, so that late jobs are no problem.

    Always False in production, where a missing crontab must raise the alarm.
    """
    if not settings.DEBUG:
        return False
    try:
        return not _own_lines()
    except CrontabUnusable:
        return True


def differences() -> list[str]:
    """Each difference between this machine's crontab and the schedule, as one line; empty if there is none.

    Lines that are not this project's are ignored. Raises `CrontabUnusable`.
    """
    _check_paths()
    wanted = schedule()
    installed = _own_lines()
    missing = list((Counter(list(wanted)) - Counter(installed)).elements())
    surplus = list((Counter(installed) - Counter(list(wanted))).elements())
    found = []
    for line in missing:
        edited = next((other for other in surplus if _job_hash(other) == _job_hash(line)), None)
        if edited is None:
            found.append(f"missing: {wanted[line]}: {line}")
        else:
            surplus.remove(edited)
            found.append(f"changed: {wanted[line]}: {edited}")
    return found + [f"surplus: {line}" for line in surplus]


def zone_note() -> str:
    """One line on the zone of cron where it is not `TIME_ZONE`; empty where their clocks agree at all times."""
    lines = {job: line for line, _call, (job, *_more), *_options in settings.CRONJOBS}
    moved = [
        f"{job} {when.cron} -> {lines[job]}"
        for job, when in settings.JOB_SCHEDULE.items()
        if lines.get(job, when.cron) != when.cron
    ]
    if not moved:
        return ""
    return (
        f"Cron runs in {settings.CRON_ZONE}, the site in TIME_ZONE={settings.TIME_ZONE}. "
        f"The crontab has the hours of cron: {'; '.join(moved)}"
    )


def _check_paths() -> None:
    crontab = Crontab().settings
    for path in (crontab.PYTHON_EXECUTABLE, crontab.DJANGO_MANAGE_PATH, str(settings.CRON_LOG)):
        if unsafe := UNSAFE.search(path):
            raise CrontabUnusable(f"A crontab line cannot contain {unsafe[0]!r}: move {path} to a path without it")
    folder = Path(settings.CRON_LOG).parent
    if not os.access(folder, os.W_OK | os.X_OK):  # the shell opens the log first and runs nothing if that fails
        raise CrontabUnusable(f"No job could run, because its log cannot be written: create the folder {folder}")


def _own_lines() -> list[str]:
    """This project's lines in the crontab, recognised by their comment or by the command they run."""
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
        listed = subprocess.run(  # noqa: S603 (the executable comes from the settings)
            [executable, "-l"], capture_output=True, text=True, env=os.environ | {"LC_ALL": "C"}
        )
    except OSError as error:
        raise CrontabUnusable(f"There is no {executable} on this machine: install cron") from error
    if listed.returncode == 0:
        return listed.stdout
    if "no crontab" in listed.stderr.lower():  # how crontab reports an empty one
        return ""
    raise CrontabUnusable(f"{executable} -l failed: {' '.join(listed.stderr.split()) or listed.returncode}")


def _job_hash(line: str) -> str:
    """django-crontab's hash of the job that a line runs, or the line itself if it has none."""
    found = re.search(r" crontab run (\w+)", line)
    return found[1] if found else line
