from datetime import datetime
from typing import Any

from django.utils import timezone

from integrations.models import ListMember, MarketingList
from integrations.services import marketing
from jobs.command import Counts, JobCommand, Step


class Command(JobCommand):
    help = (
        "Read who has unsubscribed from marketing lists, compare the lists with their segments, and send the changes."
    )
    batch_size = 500

    def steps(self) -> list[Step]:
        return [  # whoever has unsubscribed is not added again
            Step("unsubscribed", MarketingList.objects.to_read, self.read, atomic=False),
            Step("planned", lambda at: MarketingList.objects.to_plan(timezone.localdate(at)), self.plan),
            Step("sent", ListMember.objects.to_send, self.send, atomic=False),
        ]

    def read(self, rows: list[Any], at: datetime, /) -> Counts:
        return marketing.read_unsubscribed(rows, at=at)

    def plan(self, rows: list[Any], at: datetime, /) -> None:
        marketing.plan(rows, at=at)

    def send(self, rows: list[Any], at: datetime, /) -> Counts:
        return marketing.send_changes(rows, at=at)
