"""Rows of one cinema as of now, for tests of the admin. Each is created when a test first reads its attribute."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import Approval, Device, MarketingConsent, User
from accounts.services import request_approval
from accounts.services.consents import record_consent
from allocations.models import CodeBatch, GroupBooking, HouseHold
from allocations.services import Agreed, book, keep, make_codes
from bonuses.models import BonusAccount
from concessions.models import ConcessionItem, ConcessionPreorder, LowStockItem
from film_hire.models import Contract, GrossReturn, Statement
from incidents.models import ConcernedOrder
from incidents.services import cancel as call_off
from integrations.models import ApiKey, FilmProposal, Partner, PictureProposal, WebhookDelivery, WebhookEndpoint
from jobs.models import QuarantinedRow
from notifications.models import MessageKind, Notification, Status
from orders.models import Order, OverdueOrder, Promocode, Ticket
from orders.services import cancel, check_in, mark_overdue, record_uncertain_payment, refund
from payments.models import Gateway, Payment, Receipt, Refund
from pricing.services.repricing import freeze
from reports.models import BusinessDay, DayCheck, PayoutLine, ReportSchedule, Segment
from screenings.models import Cinema, Film, Hall, PlannedSession, PriceList, SeatOutage, Session
from screenings.services import cancel_session, draft, start_outage
from tests.helpers import factories
from tests.helpers.fakes.film_catalogues import a_lookup, a_picture_proposal, a_proposal
from tests.helpers.fakes.webhook_receiver import a_webhook
from tests.helpers.film_hire_rows import a_contract, a_distributor, a_statement
from tests.helpers.pages.authenticator import enrolled
from tests.helpers.partners import a_partner
from tests.helpers.screening_rows import a_price_list
from tests.helpers.users import someone

Row = TypeVar("Row", bound=Model)


class AdminFixtures:
    def __init__(self) -> None:
        self.now = timezone.now()

    def refreshed(self, row: Row) -> Row:
        """The row read again from the database."""
        return type(row)._base_manager.get(pk=row.pk)  # type: ignore[attr-defined]

    # --- Partners

    @cached_property
    def partner(self) -> Partner:
        return a_partner("Night Tickets", at=self.now)[0]

    @cached_property
    def api_key(self) -> ApiKey:
        return self.partner.keys.get()

    @cached_property
    def webhook(self) -> WebhookDelivery:
        return a_webhook("Night Tickets", at=self.now)

    @cached_property
    def webhook_receiver(self) -> WebhookEndpoint:
        return self.webhook.endpoint

    @cached_property
    def film_proposal(self) -> FilmProposal:
        a_lookup(self.film, at=self.now, status="FOUND")
        return a_proposal(self.film, at=self.now)

    @cached_property
    def picture_proposal(self) -> PictureProposal:
        return a_picture_proposal(self.film, at=self.now)

    # --- Cinema, hall, session

    @cached_property
    def cinema(self) -> Cinema:
        return factories.a_cinema()

    @cached_property
    def hall(self) -> Hall:
        return factories.a_hall(self.cinema)

    @cached_property
    def day(self) -> date:
        """The date of `session` in the cinema's time zone."""
        return self.cinema.local(self.now).date() + timedelta(days=9)

    @cached_property
    def session(self) -> Session:
        return factories.a_session(self.hall, start=datetime.combine(self.day, time(19), self.cinema.zone))

    @cached_property
    def draft(self) -> PlannedSession:
        start = datetime.combine(self.day, time(12), self.cinema.zone)
        return draft(film=self.film, hall=self.hall, start=start, ticket_price=factories.PRICE, at=self.now)

    @cached_property
    def rejected_session(self) -> Session:
        """A cancelled session whose refunds were not approved."""
        session = factories.a_session(self.hall, start=self.now + timedelta(days=3))
        factories.a_paid_order(session, at=self.now)
        cancel_session(session, reason="Сломался проектор", at=self.now)
        session.refunds_held = True
        session.save()
        return session

    @cached_property
    def other_session(self) -> Session:
        """In another hall, at the time of `session`."""
        return factories.a_session(factories.a_hall(self.cinema), start=self.session.start_datetime)

    @cached_property
    def concerned_order(self) -> ConcernedOrder:
        """Of a guest without an address, whose session is cancelled."""
        session = factories.a_session(self.hall, start=self.now + timedelta(days=4))
        factories.a_paid_order(session, at=self.now, email="")
        incident, _asked = call_off([session], reason="Нет света", at=self.now)
        return incident.orders.get()

    @cached_property
    def house_hold(self) -> HouseHold:
        """Two seats of `session`."""
        by = someone(email="keeper@example.org")
        seats = factories.free_seats(self.session)[:2]
        return keep(self.session, seats=seats, reason="Режиссёр", at=self.now, actor=by)

    @cached_property
    def group_booking(self) -> GroupBooking:
        """Five people at `session`, and nobody has paid."""
        by = someone(email="booker@example.org")
        group, until = Agreed("Анна Петрова", Decimal(200)), self.now + timedelta(days=3)
        return book(self.session, group, people=5, until=until, at=self.now, actor=by)

    @cached_property
    def difference(self) -> DayCheck:
        """A check of a closed day whose sides differ."""
        day = BusinessDay.objects.create(
            cinema=self.cinema, date=self.day, starts_at=self.now - timedelta(days=1), ends_at=self.now
        )
        return DayCheck.objects.create(day=day, name=DayCheck.Name.MONEY, left=700, right=350)

    @cached_property
    def segment(self) -> Segment:
        return Segment.objects.create(name="Давно не были", cinema=self.cinema)

    @cached_property
    def contract(self) -> Contract:
        return a_contract(self.film, cinema=self.cinema)

    @cached_property
    def statement(self) -> Statement:
        """Of a week with a fixed amount, which it does not have yet."""
        last = self.cinema.local(self.now).date() - timedelta(days=2)
        terms = {"starts_on": last - timedelta(days=6), "ends_on": last, "method": "FIXED", "amount": 700}
        distributor = a_distributor(email="statements@example.org")
        contract = a_contract(self.film, distributor, cinema=self.cinema, **terms)
        starts_at, ends_at = self.cinema.day_bounds(last)
        BusinessDay.objects.create(
            cinema=self.cinema, date=last, starts_at=starts_at, ends_at=ends_at, closed_at=self.now
        )
        dates = {"first": last - timedelta(days=6), "last": last, "counted_until": last, "made_at": self.now}
        statement = a_statement(self.cinema, distributor, **dates)
        statement.lines.create(contract=contract, week=1, kind="WEEK")
        return statement

    @cached_property
    def gross(self) -> GrossReturn:
        """Of a distributor that wants it every morning."""
        distributor = a_distributor(email="statements@example.org")
        distributor.addresses.update(gets_gross=True)
        values = {"date": self.cinema.local(self.now).date(), "made_at": self.now, "admissions": 2, "box_office": 700}
        return GrossReturn.objects.create(distributor=distributor, cinema=self.cinema, **values)

    @cached_property
    def schedule(self) -> ReportSchedule:
        """A scheduled report of which one day could not be sent."""
        schedule = ReportSchedule.objects.create(report="takings", language="ru", since=self.now)
        schedule.cinemas.add(self.cinema)
        schedule.mailings.create(
            first=self.day, last=self.day, cinemas=[self.cinema.pk], created_at=self.now, status="FAILED", problem="…"
        )
        return schedule

    @cached_property
    def payout_line(self) -> PayoutLine:
        """A line of a payout file with another amount than the payment."""
        person = User.objects.create_user("books@example.org", is_staff=True)
        return factories.a_payout_line(self.cinema, actor=person, at=self.now)

    @cached_property
    def film(self) -> Film:
        return Film.objects.create(title="Зеркало", duration_minutes=107)

    @cached_property
    def draft_prices(self) -> PriceList:
        """A price list that is not published, for `session` too."""
        self.session  # noqa: B018 (made first, without a row of a price list)
        return a_price_list(self.cinema, ("All", "420", {}), valid_from=self.day, published=False)

    @cached_property
    def prices(self) -> PriceList:
        """A published price list that `session`, with a ticket sold, does not follow yet."""
        factories.an_order(self.session)
        return a_price_list(self.cinema, ("All", "420", {}), valid_from=self.day - timedelta(days=1))

    @cached_property
    def frozen_session(self) -> Session:
        freeze(self.session, reason="A premiere", at=self.now)
        return self.session

    @cached_property
    def private_session(self) -> Session:
        """Another one than `session`: several groups book that."""
        session = factories.a_session(self.session.hall, start=self.session.start_datetime + timedelta(days=3))
        session.is_private = True
        session.save()
        return session

    @cached_property
    def outage(self) -> SeatOutage:
        seat = factories.free_seats(self.session)[-1]  # the first ones are sold to whoever asks
        [outage] = start_outage([seat], since=self.now, until=None, reason="Сломана спинка", actor=self.colleague)
        return outage

    # --- Items, orders, tickets

    @cached_property
    def item(self) -> ConcessionItem:
        return factories.an_item(self.cinema, stock=100)

    @cached_property
    def low_stock(self) -> LowStockItem:
        """10 of at most 100 are left."""
        return LowStockItem.objects.get(pk=factories.an_item(self.cinema, stock=10).pk)

    @cached_property
    def inactive_item(self) -> ConcessionItem:
        return factories.an_item(self.cinema, is_active=False)

    @cached_property
    def order(self) -> Order:
        """Two tickets and two snacks for a session that starts in 20 minutes, paid in cash and 94 points."""
        return factories.a_paid_order(
            factories.a_session(self.hall, start=self.now + timedelta(minutes=20)),
            seats=2,
            snacks=[(self.item, 2)],
            customer=factories.a_customer(points=100),
            points=94,
            at=self.now - timedelta(hours=1),
        )

    @cached_property
    def ticket(self) -> Ticket:
        return self.order.tickets.order_by("pk")[0]

    @cached_property
    def early_ticket(self) -> Ticket:
        """For a session on another day."""
        return factories.a_paid_order(self.session, at=self.now).tickets.get()

    @cached_property
    def used_ticket(self) -> Ticket:
        check_in(self.ticket, at=self.now)
        return self.ticket

    @cached_property
    def preorder(self) -> ConcessionPreorder:
        return self.order.preorders.get()

    @cached_property
    def overdue_order(self) -> OverdueOrder:
        """Two hours past its payment deadline; the customer has an e-mail address."""
        return self._overdue()

    @cached_property
    def other_overdue_order(self) -> OverdueOrder:
        return self._overdue()

    def _overdue(self) -> OverdueOrder:
        held_at = self.now - timedelta(days=2, hours=2)
        order = factories.an_order(self.session, seats=2, at=held_at, channel=Order.Channel.RESERVATION)
        mark_overdue([order], at=order.payment_deadline)
        return OverdueOrder.objects.get(pk=order.pk)

    @cached_property
    def cancelled_order(self) -> Order:
        """A guest's cancelled order: nothing is owed by either side."""
        order = factories.an_order(self.session, at=self.now)
        cancel(order, reason="STAFF", at=self.now)
        return self.refreshed(order)

    @cached_property
    def approval(self) -> Approval:
        """A request to write off more than one person may decide alone."""
        return request_approval(
            "concessions.write_off",
            self.item,
            arguments={"quantity": 99, "reason": "Залило водой"},
            facts=[("Сколько списать", "99")],
            at=self.now,
            actor=someone("floor_manager", self.cinema, email="asks@example.org"),
        )

    @cached_property
    def consent(self) -> MarketingConsent:
        return record_consent(
            "anna@example.org", channel="EMAIL", is_given=True, place="CHECKOUT", is_proved=True, at=self.now
        )

    @cached_property
    def promocode(self) -> Promocode:
        return factories.a_promocode()

    @cached_property
    def code_batch(self) -> CodeBatch:
        return make_codes(
            self.promocode, name="Рассылка", size=3, at=self.now, actor=someone("owner", email="boss@example.org")
        )

    @cached_property
    def bonus_account(self) -> BonusAccount:
        return factories.a_customer(points=100).bonus_account

    # --- Money

    @cached_property
    def pending_payment(self) -> Payment:
        """Paid at the demonstration bank; its status has not been polled yet."""
        return factories.at_the_bank(factories.an_order(self.session, at=self.now), paid=True, at=self.now)

    @cached_property
    def uncertain_payment(self) -> Payment:
        """The card terminal lost its connection, so the result is unknown."""
        return record_uncertain_payment(
            factories.an_order(self.session, at=self.now), gateway=Gateway.CARD_TERMINAL, at=self.now
        )

    @cached_property
    def cash_refund(self) -> Refund:
        return refund(self.order, reason="Зал закрыт", at=self.now)

    @cached_property
    def failed_refund(self) -> Refund:
        """The bank refused it on the last attempt."""
        back = refund(factories.paid_at_the_bank(self.session, at=self.now), reason="Зал закрыт", at=self.now)
        Refund.objects.filter(pk=back.pk).update(status=Refund.Status.FAILED, attempts=6, error="declined")
        return self.refreshed(back)

    @cached_property
    def failed_receipt(self) -> Receipt:
        """The cash register could not print it."""
        paid = self.order.payments.get()
        about = {"kind": Receipt.Kind.SALE, "order": self.order, "payment": paid, "amount": paid.amount}
        about["cinema"] = self.order.cinema
        return Receipt.objects.create(**about, status=Receipt.Status.FAILED, created_at=self.now, error="ATOL 2003")

    # --- People, jobs, messages

    @cached_property
    def colleague(self) -> User:
        return someone("usher", self.cinema, email="colleague@example.org")

    @cached_property
    def device(self) -> Device:
        return Device.objects.create(cinema=self.cinema, name="Дверь Б")

    @cached_property
    def enrolled_colleague(self) -> User:
        enrolled(self.colleague)
        return self.colleague

    @cached_property
    def quarantined_row(self) -> QuarantinedRow:
        return QuarantinedRow.objects.create(
            job="cancel_expired_orders",
            row=f"orders.order:{self.overdue_order.pk}",
            attempts=8,
            first_failed_at=self.now,
        )

    @cached_property
    def failed_notification(self) -> Notification:
        return Notification.objects.create(
            kind=MessageKind.ORDER_CANCELLED,
            recipient="guest@example.org",
            occasion="1",
            cinema=self.cinema,
            language="ru",
            status=Status.FAILED,
            created_at=self.now,
            next_attempt_at=self.now,
        )
