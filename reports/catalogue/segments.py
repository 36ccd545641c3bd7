"""The customers of a segment who agreed to news and offers by a channel: the one report that names customers."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import MarketingConsent
from reports.catalogue.customers.shared import as_of, scope_of
from reports.errors import UnknownReport
from reports.models import Segment
from reports.reading import Period
from reports.tables import Column, Table
from screenings.models import Cinema

CHUNK = 2_000  # rows in memory at a time
KEPT = timedelta(days=7)  # a file with addresses


def addresses(period: Period, chosen: Mapping[str, str]) -> Table:
    """Addresses with the link by which each customer unsubscribes. An address that two customers have is listed once.

    Raises `UnknownReport` if the segment was deleted, or is of another cinema or of the whole chain now, even while the
    rows are read, which happens while they are used. Seven queries.
    """
    segment, channel = _segment(chosen), MarketingConsent.Channel(chosen["channel"])
    _check_cinema(segment, period)
    scope = segment.cinema or scope_of(period)
    rows = segment.reachable(channel, timezone.localdate(period.at))
    names = ("address", "user__first_name", "user__preferred_language", "order__language", "consent")

    def read() -> Iterator[dict[str, str]]:
        last = None
        for address, name, own, of_order, consent in (
            rows.order_by("address", "pk").values_list(*names).iterator(chunk_size=CHUNK)
        ):
            if address != last:
                link = MarketingConsent(uid=consent).link
                yield {"address": address, "name": name or "", "language": own or of_order or "", "link": link}
            last = address
        if _segment(chosen).cinema_id != segment.cinema_id:
            raise _moved()

    return Table(
        title=segment.name,
        subtitle=f"{scope or _('The whole chain')}, {channel.label}",
        columns=[
            Column("address", _("address")),
            Column("name", _("first name")),
            Column("language", _("language")),
            Column("link", _("link to unsubscribe")),
        ],
        rows=read(),
        notes=[
            _("Only customers who agreed to news and offers by this channel. Put the link into each message."),
            _("Once anybody stops news and offers, the file cannot be downloaded any more: make a new one."),
            as_of(),
        ],
        expected=rows.count(),
    )


def _check_cinema(segment: Segment, period: Period) -> None:
    """Refuse a segment of which the file was not asked for: who may have the file depends on its cinemas alone."""
    asked = {cinema.pk for cinema in period.cinemas}
    wanted = (
        Cinema.objects.using(DEFAULT_DB_ALIAS).values_list("pk", flat=True)
        if segment.cinema_id is None
        else [segment.cinema_id]
    )
    if not asked.issuperset(wanted):
        raise _moved()


def _moved() -> UnknownReport:
    return UnknownReport(_("The segment belongs to another cinema now. Ask for the file again."))


def _segment(chosen: Mapping[str, str]) -> Segment:
    """The segment as it is now: from the main database, as whoever is in it."""
    segment = Segment.objects.using(DEFAULT_DB_ALIAS).select_related("cinema").filter(pk=chosen["segment"]).first()
    if segment is None:
        raise UnknownReport(_("The segment was deleted."))
    return segment
