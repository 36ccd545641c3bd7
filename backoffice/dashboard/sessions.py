"""Items of the dashboard about screenings."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from allocations.services import hired_for_little
from backoffice.dashboard.items import (
    Asking,
    DashboardItem,
    DashboardSection,
    count_and_first,
    first_of,
    list_link,
    names_and_more,
)
from backoffice.dashboard.together import NAMES_SHOWN, First
from cinema.money import format_money
from incidents.models import ConcernedOrder
from orders.models import Ticket
from orders.services.refunds.by_session import without_refund_request
from screenings.models import Session

LISTED = timedelta(days=30)  # money that went back despite a voucher
#: What the name of a session is made of.
NAMED = (
    *("start_datetime", "film__title", "film__texts", "film__year", "film__age_rating"),
    *("hall__cinema__time_zone", "hall__cinema__day_ends_at"),
)


class SessionItems(DashboardSection):
    def cancelled_sessions(self) -> Asking:
        """Cancelled sessions of today's programme, in the cinema's time zone, that still have live tickets."""
        sessions: QuerySet[Session] = Session.objects.filter(
            Exists(Ticket.objects.live().filter(session=OuterRef("pk"))),
            status=Session.Status.CANCELLED,
            archived_at__isnull=True,
            start_datetime__gt=self.at - timedelta(days=1),
            start_datetime__lt=self.at + timedelta(days=1),
        )
        sessions = self.own_rows(sessions, "hall__cinema").order_by("start_datetime", "pk")
        _total, found = yield First(sessions, NAMED, most=None)
        today = [
            session
            for session in found
            if len({session.hall.cinema.business_date(each) for each in (session.start_datetime, self.at)}) == 1
        ]
        if today:
            total = len(today)
            yield DashboardItem(
                ngettext(
                    "%(count)d cancelled screening today still has orders",
                    "%(count)d cancelled screenings today still have orders",
                    total,
                )
                % {"count": total},
                list_link("orders_ticket", session__id__exact=today[0].pk)
                if total == 1
                else list_link("screenings_session"),
                "event_busy",
                *names_and_more(total, [str(session) for session in today[:NAMES_SHOWN]]),
                urgent=True,
            )

    def rejected_session_refunds(self) -> Asking:
        """Cancelled sessions whose customers wait for money that nobody has been asked to approve again.

        Which requests wait is asked only if refunds are held at all.
        """
        yield first_of(self.own_rows(Session.objects.filter(refunds_held=True), "hall__cinema").order_by("pk"), "id")
        held = self.own_rows(without_refund_request(), "hall__cinema").select_related("film", "hall__cinema")
        total, rows = count_and_first(held.order_by("start_datetime", "pk"))
        if not total:
            return
        yield DashboardItem(
            ngettext(
                "%(count)d cancelled screening with rejected refunds",
                "%(count)d cancelled screenings with rejected refunds",
                total,
            )
            % {"count": total},
            reverse("admin:screenings_session_change", args=[rows[0].pk]),
            "currency_exchange",
            *names_and_more(total, [str(session) for session in rows]),
        )

    def vouchers_and_money(self) -> Asking:
        """Guests who used a voucher instead of their money, which then went back to them outside, in the last month."""
        both = ConcernedOrder.objects.with_both(since=self.at - LISTED)
        rows = self.own_rows(both, "incident__cinema").order_by("pk")
        total, found = yield first_of(rows, "order__number", "voucher__discount_amount")
        yield DashboardItem(
            ngettext(
                "%(count)d guest used a voucher and got the money back, too",
                "%(count)d guests used a voucher and got the money back, too",
                total,
            )
            % {"count": total},
            list_link("incidents_concernedorder", voucher="both"),
            "sell",
            *names_and_more(
                total, [f"{each.order.number}: {format_money(each.voucher.discount_amount)}" for each in found]
            ),
        )

    def private_sessions_for_little(self) -> Asking:
        sessions = self.own_rows(hired_for_little(at=self.at), "hall__cinema").order_by("start_datetime", "pk")
        total, rows = yield first_of(sessions, *NAMED)
        yield DashboardItem(
            ngettext(
                "%(count)d private screening whose group pays less than half of the hall",
                "%(count)d private screenings whose groups pay less than half of the hall",
                total,
            )
            % {"count": total},
            reverse("admin:screenings_session_change", args=[rows[0].pk]),
            "event_busy",
            *names_and_more(total, [str(session) for session in rows]),
        )
