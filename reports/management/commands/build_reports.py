from datetime import datetime, timedelta
from typing import Any

from cinema import clock
from jobs.command import Counts, JobCommand, JobPass
from jobs.steps import Step
from reports.models import ReportFile
from reports.services import build, forget


class Command(JobCommand):
    help = "Make the report files that staff have asked for; delete those that are a month old."
    batch_size = 1  # a file may take minutes, and the lease is renewed between batches

    def work(self, current: JobPass) -> None:
        self.started = clock.monotonic()
        super().work(current)

    def steps(self) -> list[Step]:
        return [
            Step("build", ReportFile.objects.to_build, self.build, atomic=False),
            Step("forget outdated", ReportFile.objects.outdated, lambda files, at: forget(files, at=at), atomic=False),
            Step("forget", ReportFile.objects.to_forget, lambda files, at: forget(files, at=at), atomic=False),
        ]

    def build(self, files: list[Any], at: datetime, /) -> Counts:
        counts = Counts()
        for file in files:
            # Building is slow: a claim dated from the start of the pass could expire before it is made.
            counts.add(build(file, at=at + timedelta(seconds=clock.monotonic() - self.started)))
        return counts
