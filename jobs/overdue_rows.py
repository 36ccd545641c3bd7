"""Finds rows that jobs should have processed by now, using the jobs' own `due` querysets."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.core.management import get_commands, load_command_class

from jobs.command import JobCommand
from jobs.models import QuarantinedRow
from jobs.quarantine import row_name
from jobs.steps import keys_of


def overdue_rows(at: datetime, *, periods: int) -> Iterator[tuple[str, str]]:
    """The job and row name of each row that was already due `periods` periods before `at` and is still due.

    Left out are rows in quarantine, those that a job holds on purpose, and jobs whose `overdue_matters` is False. One
    query for each step of each job, one for each job that holds rows, and one for the quarantine.
    """
    apps = get_commands()
    quarantined = set(QuarantinedRow.objects.values_list("job", "row"))
    for job, schedule in settings.JOB_SCHEDULE.items():
        command = load_command_class(apps[job], job)
        if not isinstance(command, JobCommand) or not command.overdue_matters:
            continue
        held = command.held(at)
        names = set() if held is None else {row_name(held.model, pk) for pk in keys_of(held)}
        for step in command.steps():
            due = step.due(at - periods * schedule.period)
            for pk in keys_of(due):
                row = row_name(due.model, pk)
                if (job, row) not in quarantined and row not in names:
                    yield job, row
