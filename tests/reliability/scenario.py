"""The data that the reliability tests start from: every job has rows that are due, and many that are not yet or no
longer due.

Everything is created through services, as of instants around `AT`. `create_scenario` is meant for `restore_snapshot`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import User
from accounts.services.consents import record_consent
from backoffice.framework.import_export.background import confirm, read_file, receive
from backoffice.framework.import_export.importer import Importer
from backoffice.models import FileImport, FileImportRow
from bonuses.models import BonusAccount, Tier
from boxoffice.services.gift_cards import pay_with_gift_card
from concessions.models import ConcessionItem
from concessions.services import alert_low_stock
from demo.models import DemoCharge, DemoRefund
from integrations.models import EventType, ListMember, MarketingList, WebhookDelivery, WebhookEndpoint, WebhookEvent
from orders.models import Order, Promocode
from orders.services import (
    accrue,
    check_in,
    collect,
    complete,
    extend,
    hold,
    make_ready,
    mark_overdue,
    pay_online_with_gift_card,
    receipt_sales,
    record_refund,
    refund,
)
from payments.models import Gateway, Payment, Receipt
from pricing.models import PricingMode
from pricing.services.repricing import freeze, reprice
from reports.models import BusinessDay, ReportFile, ReportSchedule
from reports.services import close_locked, open_days
from screenings.models import Cinema, Film, Session
from screenings.services import cancel_session, complete_sessions
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import (
    NOON,
    a_cinema,
    a_customer,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    an_order,
    at_the_bank,
    free_seats,
    paid_at_the_bank,
    pay,
)
from tests.helpers.fakes.film_catalogues import a_lookup, a_picture_proposal, a_proposal
from tests.helpers.fakes.newsletter_partner import a_list
from tests.helpers.fakes.webhook_receiver import an_endpoint
from tests.helpers.film_hire_rows import a_contract, a_distributor
from waiting.models import WaitingEntry, WatchedFilm

AT = NOON

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

#: In the order of the schedule. `check_invariants` is left out: it reports overdue work, which the scenario is full of.
JOBS = (
    "cancel_expired_orders",
    "process_late_payment_orders",
    "update_session_statuses",
    "refund_cancelled_sessions",
    "update_completed_order_statuses",
    "process_refunded_orders",
    "reconcile_payments",
    "execute_refunds",
    "send_receipts",
    "check_receipts",
    "accrue_bonus_for_completed_orders",
    "expire_bonus_points",
    "update_tiers",
    "check_low_stock_items",
    "reprice_sessions",
    "cancel_expired_concession_preorders",
    "cleanup_completed_sessions",
    "send_ticket_usage_reminders",
    "deliver_notifications",
    "announce_sessions",
    "tell_watchers",
    "offer_freed_seats",
    "send_webhooks",
    "sync_marketing_lists",
    "look_up_films",
    "import_files",
    "build_reports",
    "update_session_figures",
    "close_business_day",
    "send_scheduled_reports",
    "fetch_payouts",
    "settle_film_hire",
    "refresh_engagement",
    "forecast_sessions",
)


@dataclass
class Scenario:
    """Rows that the parts below share, and how many rows each part creates."""

    cinema: Cinema
    popcorn: ConcessionItem
    coffee: ConcessionItem  # made to order: once ready it cannot go back
    promocode: Promocode
    per_case: int

    def session(self, start: datetime) -> Session:
        rows = ["ssssssssss"] * ((self.per_case + 1) // 2)
        return a_session(a_hall(self.cinema, rows=rows), start=start)


def create_scenario(*, per_case: int = 2) -> None:
    """Create `per_case` rows, or a few more, of each kind that is due at `AT`. At least one superuser exists."""
    cinema = a_cinema()
    if not User.objects.filter(is_staff=True).exists():
        User.objects.create_superuser("manager@example.org")
    scenario = Scenario(
        cinema=cinema,
        popcorn=an_item(cinema, stock=900, max_stock_quantity=1000),
        coffee=an_item(cinema, stock=900, max_stock_quantity=1000, made_to_order=True),
        promocode=a_promocode(),
        per_case=per_case,
    )
    for create_part in (
        _online_orders,
        _reservations,
        _sessions,
        _cancelled_session,
        _refunds,
        _payments_at_the_bank,
        _gift_cards,
        _payouts,
        _registered_receipts,
        _old_sessions,
        _points,
        _tiers,
        _low_stock,
        _adaptive_prices,
        _imports,
        _report_files,
        _scheduled_reports,
        _film_hire,
        _closed_days,
        _webhooks,
        _marketing_lists,
        _consents,
        _catalogues,
        _waiting,
    ):
        create_part(scenario)


def _online_orders(scenario: Scenario) -> None:
    """Online orders expire after 15 minutes: most have, one waits for its payment, one was extended, one is new."""
    tomorrow = scenario.session(AT + DAY)
    for _ in range(scenario.per_case):
        an_order(
            tomorrow,
            seats=2,
            snacks=[(scenario.popcorn, 2), (scenario.coffee, 1)],
            customer=a_customer(points=100),
            points=50,
            promocode=scenario.promocode,
            at=AT - 20 * MINUTE,
        )
    an_order(snacks=[(scenario.popcorn, 1)], email="", at=AT - 20 * MINUTE)  # a guest without an address
    in_flight = an_order(tomorrow, at=AT - 20 * MINUTE)
    Payment.objects.create(
        order=in_flight, gateway=Gateway.DEMO, amount=in_flight.final_amount, created_at=AT - 6 * MINUTE
    )
    extend(an_order(tomorrow, at=AT - 30 * MINUTE), until=AT + DAY, at=AT - 20 * MINUTE)
    an_order(tomorrow, at=AT - MINUTE)


def _reservations(scenario: Scenario) -> None:
    """Reservations are to be paid within two days and are cancelled after three: some of each."""
    next_week = scenario.session(AT + 7 * DAY)
    for _ in range(scenario.per_case):
        an_order(next_week, channel="RESERVATION", at=AT - 2 * DAY - HOUR)
        late = an_order(next_week, channel="RESERVATION", snacks=[(scenario.popcorn, 1)], at=AT - 3 * DAY - HOUR)
        mark_overdue([late], at=AT - DAY)  # which queues a message


def _sessions(scenario: Scenario) -> None:
    """Sessions that start, run and end, with customers who came and customers who did not."""
    soon, running = scenario.session(AT + 90 * MINUTE), scenario.session(AT - 30 * MINUTE)
    over, missed = scenario.session(AT - 3 * HOUR), scenario.session(AT - DAY)
    for _ in range(scenario.per_case):
        scenario.session(AT - 20 * MINUTE)
        scenario.session(AT - 5 * HOUR)
        a_paid_order(soon, seats=2, at=AT - DAY)
        a_paid_order(running, snacks=[(scenario.popcorn, 1)], at=AT - DAY)
        seen = a_paid_order(
            over,
            seats=2,
            snacks=[(scenario.popcorn, 2), (scenario.coffee, 1)],
            customer=a_customer(points=40),
            points=40,
            promocode=scenario.promocode,
            at=AT - DAY,
        )
        check_in(seen.tickets.first(), at=AT - 3 * HOUR)
        make_ready(seen.preorders.get(concession_item=scenario.coffee), at=AT - 2 * HOUR)
        a_paid_order(missed, customer=a_customer(), at=AT - 2 * DAY)
    a_paid_order(soon, at=AT - HOUR)  # bought when reminders were already sent: not reminded
    complete_sessions([missed], at=AT - DAY + 2 * HOUR)


def _cancelled_session(scenario: Scenario) -> None:
    """Tomorrow's session is cancelled. Orders hold nothing else, another session as well, or are unpaid."""
    cancelled, other = scenario.session(AT + DAY), scenario.session(AT + 2 * DAY)
    for _ in range(scenario.per_case):
        customer = a_customer(points=60)
        both = hold(
            cinema=scenario.cinema,
            tickets=[(session, free_seats(session)[0], an_adult()) for session in (cancelled, other)],
            snacks=[(scenario.popcorn, 1)],
            user=customer,
            points=30,
            at=AT - 3 * HOUR,
        )
        pay(both, at=AT - 3 * HOUR)
        a_paid_order(cancelled, snacks=[(scenario.coffee, 1)], customer=customer, points=30, at=AT - 2 * HOUR)
        an_order(cancelled, customer=a_customer(), promocode=scenario.promocode, at=AT - 5 * MINUTE)
        an_order(cancelled, at=AT - 40 * MINUTE)  # expired as well
    cancel_session(cancelled, reason="The projector broke", at=AT - 3 * MINUTE)


def _refunds(scenario: Scenario) -> None:
    """Refunds that a gateway reported: of orders still ahead, of one that has earned points, and of a part of one."""
    ahead, seen = scenario.session(AT + DAY), scenario.session(AT - 2 * DAY)
    for number in range(scenario.per_case):
        order = a_paid_order(
            ahead,
            seats=2,
            snacks=[(scenario.popcorn, 3), (scenario.coffee, 1)],
            customer=a_customer(points=90),
            points=45,
            promocode=scenario.promocode,
            at=AT - DAY,
        )
        make_ready(order.preorders.get(concession_item=scenario.coffee), at=AT - 2 * HOUR)
        if number % 2:
            collect(order.preorders.get(concession_item=scenario.popcorn), at=AT - 2 * HOUR)
        record_refund(order, amount=order.final_amount, external_id=f"ahead {number}", at=AT - HOUR)
        credited = a_paid_order(seen, customer=a_customer(), at=AT - 3 * DAY)
        _completed(credited, at=AT - DAY)
        accrue([credited], at=AT - 20 * HOUR)
        record_refund(credited, amount=credited.final_amount, external_id=f"seen {number}", at=AT - HOUR)
        _completed(a_paid_order(seen, seats=2, customer=a_customer(), at=AT - 3 * DAY), at=AT - DAY)  # to be credited
    complete_sessions([seen], at=AT - DAY)
    part = a_paid_order(ahead, seats=2, at=AT - DAY)
    record_refund(part, amount=part.final_amount / 2, external_id="part", at=AT - HOUR)


def _payments_at_the_bank(scenario: Scenario) -> None:
    """Payments that are open, paid, declined or abandoned at the bank; refunds to be sent; and refunds made by the
    bank itself."""
    tomorrow, next_week = scenario.session(AT + DAY), scenario.session(AT + 8 * DAY)
    for _ in range(scenario.per_case):
        at_the_bank(an_order(next_week, at=AT - 10 * MINUTE), at=AT - 9 * MINUTE)
        at_the_bank(an_order(next_week, at=AT - 10 * MINUTE), paid=True, at=AT - 9 * MINUTE)
        at_the_bank(an_order(next_week, at=AT - 18 * MINUTE), paid=False, at=AT - 17 * MINUTE)
        at_the_bank(an_order(next_week, at=AT - 21 * MINUTE), at=AT - 20 * MINUTE)  # its payment page has expired
        back = paid_at_the_bank(tomorrow, seats=2, at=AT - DAY)
        refund(back, lines=[back.tickets.first()], reason="Ill", at=AT - 2 * MINUTE)
        charged_back = paid_at_the_bank(tomorrow, at=AT - DAY).payments.get()
        DemoRefund.objects.create(
            charge=DemoCharge.objects.get(uid=charged_back.uid), uid=uuid4(), amount=charged_back.amount
        )


def _gift_cards(scenario: Scenario) -> None:
    """Cards that were sold, of which one pays for an order that is refunded: its receipts and the refund are due.
    Another has paid a part of an order of the shop, which has lapsed.
    """
    shift = a_shift(scenario.cinema, at=AT - DAY)
    for _ in range(scenario.per_case):
        card = a_gift_card(shift, at=AT - 2 * HOUR)
        order = an_order(scenario.session(AT + 8 * DAY), channel="BOX_OFFICE", at=AT - 5 * MINUTE)
        pay_with_gift_card(order, card=card, shift=shift, at=AT - 4 * MINUTE, actor=shift.cashier)
        refund(order, reason="Ill", at=AT - 3 * MINUTE)
        lapsed = an_order(scenario.session(AT + 8 * DAY), at=AT - HOUR)
        half = a_gift_card(shift, amount=lapsed.final_amount / 2, at=AT - 2 * HOUR)
        pay_online_with_gift_card(lapsed, card=half, least=lapsed.final_amount / 2, at=AT - HOUR)


def _payouts(scenario: Scenario) -> None:
    """Payments by card on the site, of which `provider_payouts` has paid out the first ones."""
    next_week = scenario.session(AT + 8 * DAY)
    for number in range(scenario.per_case):
        order = a_paid_order(next_week, gateway=Gateway.STRIPE, at=AT - 3 * DAY + number * HOUR)
        before = Payment.objects.exclude(external_id="").filter(gateway=Gateway.STRIPE)
        Payment.objects.filter(order=order).update(external_id=f"ch_{before.count()}", next_poll_at=None)


def _registered_receipts(scenario: Scenario) -> None:
    """Receipts that the service has taken: of most it is asked now, of one later."""
    next_week = scenario.session(AT + 7 * DAY)
    payments = [paid_at_the_bank(next_week, at=AT - HOUR).payments.get() for _ in range(scenario.per_case + 1)]
    receipt_sales(payments, at=AT - HOUR)
    rows = Receipt.objects.filter(payment__in=payments).order_by("pk")
    taken = {"status": Receipt.Status.REGISTERED, "registered_at": AT - 3 * MINUTE, "attempts": 1}
    rows.update(**taken, external_id="taken", next_attempt_at=AT - MINUTE)
    Receipt.objects.filter(pk=rows.first().pk).update(next_attempt_at=AT + MINUTE)


def _old_sessions(scenario: Scenario) -> None:
    """Sessions of more than a month ago: settled, refunded only now, or never processed by any job."""
    for number in range(scenario.per_case + 1):
        settled = scenario.session(AT - (33 + number) * DAY)
        for kind in ("came", "did not", "refunded in part", "chargeback"):
            order = a_paid_order(settled, seats=2, customer=a_customer(), at=settled.start_datetime - HOUR)
            if kind == "came":
                check_in(order.tickets.first(), at=settled.start_datetime)
            if kind == "refunded in part":
                refund(order, lines=[order.tickets.first()], reason="Ill", at=settled.start_datetime - MINUTE)
            _completed(order, at=AT - 32 * DAY)
            if kind == "chargeback" and number == 0:
                record_refund(order, amount=order.final_amount, external_id="old", at=AT - HOUR)
        complete_sessions([settled], at=AT - 32 * DAY)
    unprocessed = scenario.session(AT - 32 * DAY)  # no job has run since
    a_paid_order(unprocessed, snacks=[(scenario.popcorn, 1)], customer=a_customer(), at=AT - 33 * DAY)
    an_order(unprocessed, at=AT - 33 * DAY)


def _tiers(scenario: Scenario) -> None:
    """Levels that are reached, that are about to be lost, and that are lost now; nobody else spends so much."""
    gold, _is_new = Tier.objects.get_or_create(name="Gold", defaults={"threshold": 50_000, "extra_percent": 20})
    gala = a_session(a_hall(scenario.cinema), start=AT - DAY - 3 * HOUR, price=Decimal(60_000))
    for _ in range(scenario.per_case):
        seen = a_paid_order(gala, customer=a_customer(points=1, at=AT - 3 * DAY), at=AT - 2 * DAY)
        accrue([_completed(seen, at=AT - DAY)], at=AT - 20 * HOUR)
        for until in (None, AT - HOUR):
            idle = a_customer(points=1, at=AT - DAY)
            BonusAccount.objects.filter(user=idle).update(tier=gold, tier_until=until)
    complete_sessions([gala], at=AT - DAY)


def _points(scenario: Scenario) -> None:
    """Points that expire now, that expire within a month, and that a completed order is about to extend."""
    yesterday = scenario.session(AT - DAY - 3 * HOUR)
    for number in range(scenario.per_case):
        a_customer(points=10 + number, at=AT - 366 * DAY)
        a_customer(points=20 + number, at=AT - 340 * DAY)
        _completed(
            a_paid_order(yesterday, customer=a_customer(points=30, at=AT - 370 * DAY), at=AT - 2 * DAY), at=AT - DAY
        )
    complete_sessions([yesterday], at=AT - DAY)


def _low_stock(scenario: Scenario) -> None:
    for number in range(scenario.per_case):
        an_item(scenario.cinema, stock=10 + number)
        known = an_item(scenario.cinema, stock=5)
        alert_low_stock([known], at=AT - DAY)
        # Staff lowered the threshold, so it is not low any more.
        ConcessionItem.objects.filter(pk=known.pk).update(low_stock_percent=1)
    an_item(scenario.cinema, stock=3, is_active=False)


def _adaptive_prices(scenario: Scenario) -> None:
    """Sessions with adaptive prices; one more whose price is frozen, and one that has its list price again."""
    start = AT + 2 * DAY + 3 * HOUR
    for number in range(scenario.per_case + 2):
        session = scenario.session(start + number * HOUR)
        a_paid_order(session, seats=2, at=AT - DAY)
        mode = PricingMode.objects.create(
            cinema=scenario.cinema, session=session, mode=PricingMode.Mode.ADAPTIVE, since=AT - 2 * DAY
        )
        if number == 0:
            freeze(session, reason="A premiere", at=AT - DAY)
        if number == 1:
            reprice([session], at=AT - DAY)
            mode.mode = PricingMode.Mode.OFF
            mode.save()


def _imports(scenario: Scenario) -> None:
    """Files that wait to be read and checked, to be stored whole, and to be stored as far as they are valid."""
    importer, person = Importer(), User.objects.filter(is_superuser=True).latest("pk")
    given = {"model": "screenings.film", "person": person, "language": "en", "at": AT - MINUTE}
    series = Film.objects.count()  # a second scenario has films of its own

    def a_file(name: str) -> FileImport:
        rows = "".join(f"{name} {series}.{number},{90 + number}\n" for number in range(scenario.per_case))
        content = f"Title,Running time (minutes)\n{rows}Broken {name},never\n"
        return receive(ContentFile(content.encode(), name=f"{name}.csv"), **given)

    for number in range(scenario.per_case):
        a_file(f"Uploaded {number}")
    for name, valid_rows in (("Whole", False), ("Valid", True)):
        made = a_file(name)
        read_file(made, at=AT)
        rows = list(FileImportRow.objects.to_check(AT).filter(file_import=made))
        with transaction.atomic():
            importer.check(rows, at=AT)
        made.refresh_from_db()
        if not valid_rows:
            made.rows.filter(outcome="refused").delete()
        confirm(made, valid_rows=valid_rows, every_change=True, at=AT)


def _report_files(scenario: Scenario) -> None:
    """Files that were asked for: to be made, left by a builder that was killed, and a month old. They are about weeks
    that no job changes any more."""
    person = User.objects.filter(is_superuser=True).latest("pk")
    User.objects.filter(pk=person.pk).update(all_cinemas=True)

    def a_file(*, at: datetime, **given: object) -> ReportFile:
        values = {"format": "csv", "next_attempt_at": at, "language": "en", **given}
        period = {"first": AT.date() - 60 * DAY, "last": AT.date() - 20 * DAY, "cinemas": [scenario.cinema.pk]}
        return ReportFile.objects.create(report="payments", person=person, asked_at=at, **period, **values)

    building, failed = ReportFile.Status.BUILDING, ReportFile.Status.FAILED
    for number in range(scenario.per_case):
        a_file(at=AT - MINUTE, format=["xlsx", "csv"][number % 2])
        a_file(at=AT - 10 * MINUTE, status=building, attempts=1, claimed_by="killed")
        a_file(at=AT - 31 * DAY, status=failed, attempts=4)


def _scheduled_reports(scenario: Scenario) -> None:
    """A week that ended yesterday and is to be sent, earlier ones whose file is ready, or that failed, and one that
    lost its file. The cinema sells nothing, so no job changes its figures."""
    cinema, yesterday = a_cinema(), AT.date() - DAY
    starts_at, ends_at = cinema.day_bounds(yesterday)
    BusinessDay.objects.create(
        cinema=cinema, date=yesterday, starts_at=starts_at, ends_at=ends_at, closed_at=AT - 5 * HOUR
    )
    schedule = ReportSchedule.objects.create(
        report="money", rhythm="WEEK", format="csv", language="en", since=AT - 90 * DAY
    )
    schedule.cinemas.add(cinema)
    schedule.recipients.add(User.objects.filter(is_superuser=True).latest("pk"))

    def a_mailing(weeks_ago: int, *, file: str, **given: object) -> None:
        period = {"first": yesterday - weeks_ago * 7 * DAY - 6 * DAY, "last": yesterday - weeks_ago * 7 * DAY}
        period["cinemas"] = [cinema.pk]
        made = file and ReportFile.objects.create(
            report="money", format="csv", language="en", asked_at=AT - DAY, finished_at=AT - HOUR, status=file,
            name=f"{weeks_ago}.csv", size=10**8, attempts=1, **period,
        )  # fmt: skip
        schedule.mailings.create(created_at=AT - DAY, file=made or None, **period, **given)

    for number in range(scenario.per_case):
        a_mailing(4 * number + 1, file="READY")
        a_mailing(4 * number + 2, file="FAILED")
        a_mailing(4 * number + 3, file="")
        a_mailing(4 * number + 4, file="FAILED", status="FAILED", attempts=1, next_attempt_at=AT - MINUTE)


def _film_hire(scenario: Scenario) -> None:
    """Weeks that were closed and are to be settled, each with a fixed amount: their cinemas sell nothing."""
    yesterday = AT.date() - DAY
    film = Film.objects.create(title="Mirror", duration_minutes=107)
    distributor = a_distributor(email="statements@example.org")
    for _ in range(scenario.per_case):
        cinema = a_cinema()
        starts_at, ends_at = cinema.day_bounds(yesterday)
        BusinessDay.objects.create(
            cinema=cinema, date=yesterday, starts_at=starts_at, ends_at=ends_at, closed_at=AT - 5 * HOUR
        )
        terms = {"starts_on": yesterday - 6 * DAY, "ends_on": yesterday, "method": "FIXED", "amount": 700}
        a_contract(film, distributor, cinema=cinema, **terms)


def _completed(order: Order, *, at: datetime) -> Order:
    complete([order], at=at)
    return order


def _closed_days(scenario: Scenario) -> None:
    """The days of the old sessions are closed, but for the last two: to close a month again in each test takes long."""
    with transaction.atomic():
        open_days([scenario.cinema], at=AT - 2 * DAY)
        for day in BusinessDay.objects.to_close(AT - 2 * DAY).filter(cinema=scenario.cinema).order_by("starts_at"):
            close_locked(day, at=AT - 2 * DAY)


def _webhooks(scenario: Scenario) -> None:
    """Receivers that are told of what the scenario holds, one of which is switched off; deliveries to send, and
    those of a killed sender. Nothing answers at their addresses: each attempt is one answer that was lost."""
    for number in range(scenario.per_case):
        receiver = an_endpoint(f"http://127.0.0.1:9/{WebhookEndpoint.objects.count()}/", since=AT - 30 * MINUTE)
        off = an_endpoint(f"http://127.0.0.1:9/{WebhookEndpoint.objects.count()}/", since=AT - HOUR, disabled_at=AT)
        for minutes, killed in ((20, ""), (25, "killed")):
            event = WebhookEvent.objects.create(
                type=EventType.DAY_CLOSED, subject=10**9 + WebhookEvent.objects.count(), cinema=scenario.cinema,
                at=AT - minutes * MINUTE, data={"number": number},
            )  # fmt: skip
            for endpoint in (receiver, off):
                WebhookDelivery.objects.create(
                    event=event, endpoint=endpoint, next_attempt_at=AT - MINUTE, attempts=len(killed) and 1,
                    claimed_by=killed,
                )  # fmt: skip
        WebhookEvent.objects.create(
            type=EventType.DAY_CLOSED, subject=10**9 + WebhookEvent.objects.count(), cinema=scenario.cinema,
            at=AT - 40 * DAY, data={},
        )  # fmt: skip


def _marketing_lists(scenario: Scenario) -> None:
    """Lists with members to be added, removed and deleted, some of a killed sender. Nobody answers at the partner."""
    for _ in range(scenario.per_case):
        number = MarketingList.objects.count()
        news = a_list(name=f"News {number}", list_id=f"{number}", next_attempt_at=AT - MINUTE)
        for place, status in enumerate(ListMember.Status.values):
            for killed in ("", "killed"):
                ListMember.objects.create(
                    marketing_list=news, email=f"reader{place}{killed}@example.org", status=status, changed_at=AT - DAY,
                    next_attempt_at=AT - MINUTE, attempts=len(killed) and 1, claimed_by=killed,
                )  # fmt: skip


def _consents(scenario: Scenario) -> None:
    """Guests who agreed to news with an order: paid, paid when they agreed long ago, or not paid."""
    guests = Order.objects.filter(user=None).exclude(email="").order_by("-pk")
    for paid, at in ((True, AT - HOUR), (True, AT - 70 * DAY), (False, AT - MINUTE)):
        for order in guests.filter(paid_at__isnull=not paid)[: scenario.per_case]:
            record_consent(
                order.email, channel="EMAIL", is_given=True, place="CHECKOUT", is_proved=False, order=order.pk, at=at
            )


def _catalogues(scenario: Scenario) -> None:
    """Questions to a catalogue that nobody answers, one that was given up, and old ones with what they brought."""
    for number in range(scenario.per_case):
        film = Film.objects.create(title=f"Asked about {number}", duration_minutes=100)
        a_lookup(film, at=AT - MINUTE)
        for status in ("FOUND", "FAILED"):
            a_lookup(film, at=AT - 200 * DAY, status=status)
        a_proposal(film, at=AT - 200 * DAY)
        a_picture_proposal(film, at=AT - 200 * DAY)
        link = f"https://commons.wikimedia.org/wiki/File:new-{number}.jpg"
        a_picture_proposal(film, at=AT - DAY, source_link=link, status="ACCEPTED", next_attempt_at=AT - MINUTE)


def _waiting(scenario: Scenario) -> None:
    """Watched films that are on sale, or that are not; people who wait for seats that are free again, and for more than
    there are. The session is of another cinema, so that no other job touches its seats."""
    cinema = a_cinema()
    session = a_session(a_hall(cinema, rows=["s" * (3 * scenario.per_case)]), start=AT + DAY)
    coming = Film.objects.create(title=f"Coming {Film.objects.count()}", duration_minutes=100)
    for number in range(scenario.per_case):
        person = a_customer()
        for film, where in ((session.film, [None, cinema][number % 2]), (coming, None)):
            WatchedFilm.objects.create(user=person, film=film, cinema=where, since=AT - DAY)
        for user, quantity in ((person, 1 + number % 2), (a_customer(), 10)):
            WaitingEntry.objects.create(user=user, session=session, quantity=quantity, since=AT - HOUR)
