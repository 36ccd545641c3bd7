from typing import Any

from django.core.management.base import BaseCommand, CommandError

from jobs import crontab


class Command(BaseCommand):
    help = "Tell whether this machine's crontab holds exactly the schedule of the settings, and the difference if not."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            differences = crontab.differences()
        except crontab.CrontabUnusable as error:
            raise CommandError(str(error)) from error
        for difference in differences:
            self.stdout.write(difference)
        if differences:
            raise CommandError(f"The crontab does not hold the schedule: {crontab.INSTALL} installs it")
        self.stdout.write(f"The crontab holds the whole schedule: {len(crontab.schedule())} jobs")
