"""/metrics in the text format of Prometheus: gauges from the database, the same whichever process answers.

Needs `METRICS_TOKEN`, sent as `Authorization: Bearer TOKEN`; without that setting there is no such page.
docs/watching.md says what to alarm on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cinema import clock
from integrations.models import WebhookDelivery, WebhookEndpoint
from jobs.models import JobRun, QuarantinedRow, RunOutcome
from jobs.status import late
from notifications.models import Notification
from notifications.models import Status as MessageStatus
from orders.models import Order
from payments.models import MANUAL_GATEWAYS, Receipt, Refund

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True)
class Gauge:
    name: str
    help: str
    values: list[tuple[dict[str, str], float]]

    def lines(self) -> Iterator[str]:
        yield f"# HELP cinema_{self.name} {self.help}"
        yield f"# TYPE cinema_{self.name} gauge"
        for labels, value in self.values:
            inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            yield f"cinema_{self.name}{{{inside}}} {value:.10g}" if inside else f"cinema_{self.name} {value:.10g}"


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    sent = request.headers.get("Authorization", "")
    if not constant_time_compare(sent, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    lines = [line for gauge in gauges(clock.now()) for line in gauge.lines()]
    return HttpResponse("\n".join([*lines, ""]), content_type=CONTENT_TYPE)


def gauges(at: datetime) -> Iterator[Gauge]:
    """About ten queries, each served by an index. Reads only."""
    unsent = _unsent()
    ages, waiting = [], []
    for what, (rows, since) in unsent.items():
        found = rows.aggregate(first=Min(since), rows=Count("pk"))
        ages.append(({"kind": what}, max((at - found["first"]).total_seconds(), 0.0) if found["first"] else 0.0))
        waiting.append(({"kind": what}, float(found["rows"])))
    yield Gauge("unsent_oldest_seconds", "Age of the oldest that waits to be sent.", ages)
    yield Gauge("unsent", "How many wait to be sent.", waiting)
    failed: dict[str, QuerySet[Any]] = {
        "message": Notification.objects.filter(status=MessageStatus.FAILED),
        "receipt": Receipt.objects.filter(status=Receipt.Status.FAILED),
        "refund": Refund.objects.filter(status=Refund.Status.FAILED),
        "webhook": WebhookDelivery.objects.filter(status=WebhookDelivery.Status.FAILED),
    }
    counts = [({"kind": what}, float(rows.count())) for what, rows in failed.items()]
    yield Gauge("given_up", "How many were given up and wait for a person.", counts)
    off = WebhookEndpoint.objects.filter(is_active=True, disabled_at__isnull=False).count()
    yield Gauge("webhook_receivers_off", "Receivers of webhooks switched off after failures.", [({}, float(off))])
    held = Order.objects.filter(status__in=Order.UNPAID).count()
    yield Gauge("orders_unpaid", "Orders that hold seats and are not paid.", [({}, float(held))])
    yield from _job_gauges(at)


def _unsent() -> dict[str, tuple[QuerySet[Any], str]]:
    return {
        "message": (
            Notification.objects.filter(status__in=[MessageStatus.QUEUED, MessageStatus.SENDING]),
            "created_at",
        ),
        "receipt": (
            Receipt.objects.filter(status__in=[Receipt.Status.QUEUED, Receipt.Status.REGISTERED]),
            "created_at",
        ),
        "refund": (
            Refund.objects.filter(status=Refund.Status.REQUESTED, payment__isnull=False).exclude(
                payment__gateway__in=MANUAL_GATEWAYS
            ),
            "requested_at",
        ),
        "webhook": (
            WebhookDelivery.objects.filter(status=WebhookDelivery.Status.QUEUED, endpoint__is_active=True),
            "event__at",
        ),
    }


def _job_gauges(at: datetime) -> Iterator[Gauge]:
    succeeded = JobRun.objects.filter(outcome=RunOutcome.SUCCEEDED).order_by()
    last = dict(succeeded.values("job").annotate(last=Max("started_at")).values_list("job", "last"))
    known = [({"job": job}, (at - last[job]).total_seconds()) for job in settings.JOB_SCHEDULE if job in last]
    yield Gauge("job_last_success_seconds", "Time since the last pass of the job that succeeded.", known)
    behind = set(late(at))
    yield Gauge(
        "job_late", "1 if the job missed two passes.", [({"job": j}, j in behind) for j in settings.JOB_SCHEDULE]
    )
    rows = dict(QuarantinedRow.objects.order_by().values("job").annotate(n=Count("pk")).values_list("job", "n"))
    quarantined = [({"job": job}, float(rows.get(job, 0))) for job in settings.JOB_SCHEDULE]
    yield Gauge("job_quarantined_rows", "Rows that the job failed to process.", quarantined)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
