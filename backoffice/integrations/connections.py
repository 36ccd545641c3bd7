"""The page “Connections”: how each connection to another system is doing, and what to do."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import CinemaScopedAdmin
from cinema import clock
from film_hire.models import Contract, Dispatch, Statement
from integrations.models import (
    ApiKey,
    Catalogue,
    FilmLookup,
    ListMember,
    MarketingList,
    WebhookDelivery,
    WebhookEndpoint,
)
from jobs.models import JobRun
from notifications.channels.telegram import TelegramFailed
from notifications.models import OVER_BUDGET, Channel, MessageKind, Notification, SmsDelivery
from notifications.models import Status as MessageStatus
from notifications.services import telegram
from payments.environment import ATOL
from payments.models import MANUAL_GATEWAYS, Payment, Receipt, Refund

FAILED_IN_A_ROW = 5  # payments: customers change their minds, but not all of them
TELEGRAM = TelegramFailed.__name__  # begins the error of a message that Telegram did not take
RECEIPTS_ARE_LATE = timedelta(minutes=10)
WRONG_ACCOUNT = tuple(f"ATOL {code}:" for code in (12, 14, 20, 21))


@dataclass(frozen=True)
class Connection:
    """`refused` is what a person has to look at. Without `is_set_up`, `advice` says how to set it up."""

    name: str | Promise
    is_set_up: bool
    advice: str | Promise = ""
    last_success: datetime | None = None
    waiting: int = 0
    refused: int = 0
    link: str = ""


def connections(at: datetime) -> Iterator[Connection]:
    """All connections that this version has, set up or not. A few queries each. Reads only."""
    yield from (
        _api(at),
        _webhooks(),
        *_gateways(),
        _receipts(at),
        *_messages(at),
        _telegram(),
        *_marketing(),
        _film_hire(),
        *_catalogues(),
        _embedded(),
        *_watching(),
    )


def _api(at: datetime) -> Connection:
    found = ApiKey.objects.aggregate(valid=Count("pk", filter=_valid(at)), last=Max("last_used_at"))
    advice = "" if found["valid"] else _("Add a partner and make a key, if another site or app is to sell for you.")
    link = reverse("admin:integrations_partner_changelist")
    return Connection(_("Public API"), bool(found["valid"]), advice, found["last"], link=link)


def _valid(at: datetime) -> Q:
    return Q(revoked_at=None, partner__is_active=True) & (Q(expires_at=None) | Q(expires_at__gt=at))


def _webhooks() -> Connection:
    active = WebhookEndpoint.objects.filter(is_active=True)
    found = active.aggregate(
        all=Count("pk"),
        off=Count("pk", filter=Q(disabled_at__isnull=False)),
        failing=Count("pk", filter=Q(failing_since__isnull=False)),
        last=Max("succeeded_at"),
    )
    open_ones = Q(status__in=[WebhookDelivery.Status.QUEUED, WebhookDelivery.Status.FAILED])
    counts = WebhookDelivery.objects.filter(open_ones, endpoint__is_active=True).aggregate(
        waiting=Count("pk", filter=Q(status=WebhookDelivery.Status.QUEUED)),
        failed=Count("pk", filter=Q(status=WebhookDelivery.Status.FAILED)),
    )
    advice: str | Promise = ""
    if not found["all"]:
        advice = _("Add a receiver, if another system is to hear what happens here.")
    elif found["off"]:
        advice = _("A receiver was switched off after failures. Ask its owner, then switch it on again.")
    elif counts["failed"]:
        advice = _("Some were given up. Send them again once the receiver works.")
    elif found["failing"]:
        advice = _("A receiver doesn’t take what is sent. It is tried again by itself, for three days.")
    link = reverse("admin:integrations_webhookendpoint_changelist")
    return Connection(
        _("Webhooks"), bool(found["all"]), advice, found["last"], counts["waiting"], counts["failed"], link
    )


def _gateways() -> Iterator[Connection]:
    """A line for each gateway that customers can choose. Six queries each, and one."""
    offered = [each for each in settings.PAYMENT_GATEWAYS if each not in MANUAL_GATEWAYS]
    if not offered:
        yield Connection(_("Payments online"), False, _("Set PAYMENT_GATEWAYS and the keys of the provider."))
        return
    polled = JobRun.objects.filter(job="reconcile_payments", finished_at__isnull=False).order_by("-started_at").first()
    for gateway in offered:
        payments, refunds = Payment.objects.filter(gateway=gateway), Refund.objects.filter(payment__gateway=gateway)
        paid = payments.filter(status=Payment.Status.SUCCEEDED).order_by("-pk").values_list("pk", "succeeded_at")
        last, last_success = paid.first() or (0, None)
        open_refunds = refunds.filter(status__in=[Refund.Status.REQUESTED, Refund.Status.FAILED]).aggregate(
            waiting=Count("pk", filter=Q(status=Refund.Status.REQUESTED)),
            failed=Count("pk", filter=Q(status=Refund.Status.FAILED)),
        )
        waiting = payments.filter(status=Payment.Status.PENDING).count() + open_refunds["waiting"]
        refused = payments.filter(discrepancy__gt="").count() + open_refunds["failed"]
        name = dict(Payment._meta.get_field("gateway").flatchoices).get(gateway, gateway)
        yield Connection(
            f"{gettext('Payments online')}: {name}",
            True,
            _gateway_advice(payments, refunds, refused=refused, last=last, polled=polled),
            last_success,
            waiting,
            refused,
            f"{reverse('admin:payments_payment_changelist')}?gateway__exact={gateway}",
        )


def _gateway_advice(
    payments: QuerySet[Payment], refunds: QuerySet[Refund], *, refused: int, last: int, polled: JobRun | None
) -> str | Promise:
    """`last` is the primary key of the last payment that succeeded, `polled` the job's last pass."""
    if refused:
        return _("The first page lists failed refunds and payments that need checking.")
    # Whoever does not answer is left alone by a pass, and its payments are still due afterwards.
    if polled and polled.error and payments.filter(next_poll_at__lt=polled.started_at).exists():
        return gettext("The provider doesn’t answer (%(error)s). It is asked again by itself every few minutes.") % {
            "error": polled.error
        }
    errors = refunds.filter(status=Refund.Status.REQUESTED, error__gt="").order_by("requested_at")
    if error := errors.values_list("error", flat=True).first():
        return gettext("Refunds don’t get through (%(error)s). They are sent again by themselves.") % {"error": error}
    unpaid = payments.filter(pk__gt=last, status=Payment.Status.FAILED)[:FAILED_IN_A_ROW].count()
    if unpaid == FAILED_IN_A_ROW:
        return gettext("The last %(count)d payments all failed. Pay for an order yourself to see why.") % {
            "count": unpaid
        }
    return ""


def _receipts(at: datetime) -> Connection:
    if settings.RECEIPTS_SINCE is None:
        return Connection(_("Fiscal receipts"), False, _("Set RECEIPTS_SINCE where the law demands receipts."))
    status = Receipt.Status
    waits = Q(status__in=[status.QUEUED, status.REGISTERED])
    counts = Receipt.objects.filter(waits | Q(status=status.FAILED)).aggregate(
        waiting=Count("pk", filter=waits),
        oldest=Min("created_at", filter=waits),
        failed=Count("pk", filter=Q(status=status.FAILED)),
    )
    last = Receipt.objects.filter(status=status.SENT).order_by("-pk").values_list("sent_at", flat=True).first()
    link = reverse("admin:payments_receipt_changelist")
    name = _("Fiscal receipts (ATOL Online)") if settings.RECEIPT_SENDER == ATOL else _("Fiscal receipts")
    return Connection(name, True, _receipt_advice(counts, at), last, counts["waiting"], counts["failed"], link)


def _receipt_advice(counts: dict[str, Any], at: datetime) -> str | Promise:
    if counts["failed"]:
        return _("Remove the cause, then press “Send again” on the receipt.")
    if counts["oldest"] is None or counts["oldest"] > at - RECEIPTS_ARE_LATE:
        return ""
    errors = Receipt.objects.filter(status=Receipt.Status.QUEUED, error__gt="").order_by("created_at")
    error = errors.values_list("error", flat=True).first() or ""
    if error.startswith(WRONG_ACCOUNT):
        return gettext("ATOL Online doesn’t accept the account (%(error)s). Correct ATOL_ACCOUNTS or ATOL_VERSION.") % {
            "error": error
        }
    return gettext("The receipt service isn’t answering. Receipts are sent by themselves for a week. %(error)s") % {
        "error": error
    }


def _messages(at: datetime) -> Iterator[Connection]:
    open_ones = [MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.FAILED]
    by_mail = Q(recipient__contains="@")
    link = reverse("admin:notifications_notification_changelist")
    for name, channel, ours, is_set_up, how in (
        (_("E-mail"), Channel.EMAIL, by_mail, True, ""),
        (_("SMS"), Channel.SMS, ~by_mail, bool(settings.SMS_BACKEND), _("Set SMS_BACKEND to send messages to phones.")),
    ):
        rows = Notification.objects.filter(ours)
        failed = Q(status=MessageStatus.FAILED)
        counts = rows.filter(status__in=open_ones).aggregate(
            waiting=Count("pk", filter=~failed), failed=Count("pk", filter=failed)
        )
        last = Notification.objects.filter(Q(channel=channel) | Q(ours, channel="")).last_sent()
        advice: Any = _("The list of messages says why. Send them again from there.") if counts["failed"] else ""
        if ours != by_mail and is_set_up:
            advice = advice or _sms_advice(at)
        stuck = rows.filter(status=MessageStatus.QUEUED, error__gt="").exclude(error=OVER_BUDGET)
        if last is not None:  # one mailbox may refuse for a while what others take
            stuck = stuck.filter(created_at__gt=last)
        advice = advice or _stuck_advice(stuck.exclude(error__startswith=TELEGRAM))
        yield Connection(name, is_set_up, advice if is_set_up else how, last, counts["waiting"], counts["failed"], link)


def _stuck_advice(stuck: QuerySet[Notification]) -> str:
    """That messages wait for another attempt, and why the oldest of them does."""
    error = stuck.order_by("created_at").values_list("error", flat=True).first()
    if not error:
        return ""
    return gettext("Messages don’t get through (%(error)s). They are sent again by themselves.") % {"error": error}


def _sms_advice(at: datetime) -> str:
    """That today's budget is used up, or that many SMS of the last day did not arrive."""
    if Notification.objects.filter(status=MessageStatus.QUEUED, error=OVER_BUDGET).exists():
        return gettext("Today’s budget for SMS is used up: the others wait until tomorrow. SMS_DAILY_BUDGET sets it.")
    recent = SmsDelivery.objects.filter(sent_at__gt=at - timedelta(days=1)).aggregate(
        all=Count("pk"), lost=Count("pk", filter=Q(status=SmsDelivery.Status.UNDELIVERED))
    )
    if recent["lost"] * 5 > recent["all"]:
        return gettext("%(lost)d of %(all)d SMS since yesterday did not arrive. Ask the provider why.") % recent
    return ""


def _telegram() -> Connection:
    """What it refuses goes out as e-mail in the end."""
    if not telegram.is_offered():
        how = _("Set TELEGRAM_BOT_TOKEN and TELEGRAM_BOT_NAME to let customers choose it.")
        return Connection("Telegram", False, how)
    stuck = Notification.objects.filter(status=MessageStatus.QUEUED, error__startswith=TELEGRAM)
    last = Notification.objects.filter(channel=Channel.TELEGRAM).last_sent()
    return Connection("Telegram", True, _stuck_advice(stuck), last, stuck.count())


def _marketing() -> Iterator[Connection]:
    """A line for each list. Three queries."""
    lists = MarketingList.objects.filter(is_active=True).select_related("legal_entity").order_by("name")
    link = reverse("admin:integrations_marketinglist_changelist")
    if not lists:
        how = _("Add a marketing list, if a partner is to send newsletters to a segment.")
        yield Connection(_("Newsletters"), False, how, link=link)
    status = ListMember.Status
    rows = ListMember.objects.filter(status__in=[*ListMember.OPEN, status.REFUSED]).order_by().values("marketing_list")
    counts = {
        row["marketing_list"]: row
        for row in rows.annotate(
            waiting=Count("pk", filter=~Q(status=status.REFUSED)), refused=Count("pk", filter=Q(status=status.REFUSED))
        )
    }
    for each in lists:
        found = counts.get(each.pk, {"waiting": 0, "refused": 0})
        advice: str | Promise = ""
        if each.is_forbidden:
            advice = _("It is off: the partner is abroad. Record the cross-border notice on the list’s page first.")
        elif each.error.startswith("Denied"):
            advice = _("The partner does not accept the key or the list’s number. Correct them on the list’s page.")
        elif each.error:
            advice = _("The partner did not answer. It is tried again by itself.")
        name = f"{each.get_partner_display()}: {each.name}"
        waiting, refused = found["waiting"], found["refused"]
        yield Connection(name, not each.is_forbidden, advice, each.succeeded_at, waiting, refused, link)


def _film_hire() -> Connection:
    """The statements of distributors. Four queries."""
    waiting = Statement.objects.newest().filter(status=Statement.Status.READY).count()
    kind = MessageKind.FILM_HIRE_STATEMENT
    refused = Notification.objects.filter(status=MessageStatus.FAILED, kind=kind).count()
    advice: str | Promise = ""
    if refused:
        advice = _("The list of messages says why. Send them again from there.")
    elif waiting:
        advice = _("Check the statements that were not sent, and send them.")
    last = Dispatch.objects.aggregate(last=Max("sent_at"))["last"]
    link, is_set_up = reverse("admin:film_hire_statement_changelist"), Contract.objects.exists()
    if not is_set_up:
        advice = _("Enter distributors and their contracts, if film hire is to be settled here.")
    return Connection(_("Film hire statements"), is_set_up, advice, last, waiting, refused, link)


def _catalogues() -> Iterator[Connection]:
    advice_of = {
        Catalogue.WIKIDATA: _("Add wikidata to FILM_CATALOGUES to have it propose what films lack. It needs no key."),
        Catalogue.TMDB: _("Set TMDB_TOKEN and add tmdb to FILM_CATALOGUES. A cinema needs an agreement with TMDB."),
    }
    status, link = FilmLookup.Status, reverse("admin:integrations_filmlookup_changelist")
    for source, how in advice_of.items():
        rows = FilmLookup.objects.filter(source=source)
        found = rows.aggregate(
            last=Max("answered_at", filter=~Q(status=status.FAILED)),
            waiting=Count("pk", filter=Q(status=status.QUEUED)),
            away=Count("pk", filter=Q(status=status.QUEUED, answer__gt="")),
            failed=Count("pk", filter=Q(status=status.FAILED)),
        )
        advice: str | Promise = ""
        if found["failed"]:
            advice = _("See what it answered, and ask again from the page of the film.")
        elif found["away"]:
            advice = _("The catalogue doesn’t answer. It is asked again by itself.")
        is_on = source in settings.FILM_CATALOGUES
        yield Connection(
            source.label, is_on, advice if is_on else how, found["last"], found["waiting"], found["failed"], link
        )


def _embedded() -> Connection:
    advice = "" if settings.EMBED_ON else _("Set EMBED_ON, if a frame on your own site is to show the programme.")
    return Connection(_("Programme on your site"), bool(settings.EMBED_ON), advice)


def _watching() -> Iterator[Connection]:
    advice = "" if settings.METRICS_TOKEN else _("Set METRICS_TOKEN, if a monitor is to read /metrics.")
    yield Connection(_("Monitoring"), bool(settings.METRICS_TOKEN), advice)
    advice = "" if settings.SENTRY_DSN else _("Set SENTRY_DSN, if errors are to be reported to Sentry or GlitchTip.")
    yield Connection(_("Error reports"), bool(settings.SENTRY_DSN), advice)


class ConnectionsMixin(CinemaScopedAdmin):
    """Adds `admin:integrations_webhookendpoint_connections`. What it says is of the whole chain."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.connections)
        return [path("connections/", view, name="integrations_webhookendpoint_connections"), *super().get_urls()]

    def connections(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Connections"),
            "connections": list(connections(clock.now())),
        }
        return TemplateResponse(request, "backoffice/integrations/connections.html", context)
