from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs import crontab


class Command(BaseCommand):
    help = "Check that this machine's crontab contains exactly the schedule in the settings; print any difference."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            differences = crontab.differences()
        except crontab.CrontabUnusable as error:
            raise CommandError(str(error)) from error
        if note := crontab.zone_note():
            self.stdout.write(note)
        for difference in differences:
            self.stdout.write(difference)
        if differences:
            raise CommandError(f"The crontab does not match the schedule. To install it, run: {crontab.INSTALL}")
        self.stdout.write(f"The crontab matches the schedule: {len(crontab.schedule())} jobs")
