"""The dashboard: who sees which items, and how many queries it runs."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.urls import reverse

from cinema import clock
from cinema.money import format_money
from concessions.models import ConcessionItem
from incidents.models import ConcernedOrder
from incidents.services import cancel as cancel_screenings
from incidents.services import open_choice, take_voucher
from jobs.models import JobRun, QuarantinedRow, RunOutcome
from jobs.status import statuses
from notifications.models import Notification
from notifications.models import Status as MessageStatus
from notifications.services import deliver
from orders.models import Order, Promocode, Ticket
from orders.services import cancel, record_refund, record_uncertain_payment, refund
from payments.models import CashMovement, Gateway, Handover, Payment, Refund
from payments.services import confirm_handover, count_and_close, move_cash
from reports.models import BusinessDay, DayCheck, ReportFile, ReportSchedule
from reports.services import settle
from screenings.models import Session
from screenings.services import cancel_session
from tests.helpers import factories
from tests.helpers.cash import a_shift
from tests.helpers.factories import NOON
from tests.helpers.pages.admin_pages import dashboard_texts, query_count
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def every_job_has_just_run(monkeypatch, settings):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for job in settings.JOB_SCHEDULE:
        JobRun.objects.create(
            job=job,
            started_at=NOON,
            finished_at=NOON,
            at=NOON,
            outcome=RunOutcome.SUCCEEDED,
            host="here",
            database="this",
        )


def first_page(person) -> str:
    answer = browser(person).get(reverse("admin:index"))
    assert answer.status_code == 200
    return answer.text


def overdue(session, number: int = 1) -> None:
    for _number in range(number):
        factories.an_order(session, at=NOON - timedelta(days=2, hours=1), channel=Order.Channel.RESERVATION)
    Order.objects.update(status=Order.Status.PAYMENT_OVERDUE)


def a_quarantined_row(number: int = 1) -> QuarantinedRow:
    return QuarantinedRow.objects.create(
        job="cancel_expired_orders", row=f"orders.order:{number}", attempts=1, first_failed_at=NOON
    )


def a_failed_message(number: int = 1) -> Notification:
    return Notification.objects.create(
        kind="ORDER_CANCELLED",
        recipient=f"guest{number}@example.org",
        occasion="1",
        language="en",
        status=MessageStatus.FAILED,
        created_at=NOON,
        next_attempt_at=NOON,
    )


def test_an_empty_dashboard_says_all_clear():
    page = first_page(someone("owner", all_cinemas=True))

    assert "All clear." in page


def test_each_item_links_to_a_page_that_opens():
    session = factories.a_session(start=NOON + timedelta(hours=3))
    cancelled = factories.a_session(start=NOON + timedelta(hours=4))
    overdue(session)
    factories.an_item(session.hall.cinema, stock=3)
    record_refund(
        factories.a_paid_order(session, seats=2, gateway=Gateway.DEMO),
        amount=factories.PRICE,
        external_id="desk-1",
        at=NOON,
    )
    refund(factories.a_paid_order(session), reason="Ill", at=NOON)
    failed = refund(factories.a_paid_order(session, gateway=Gateway.DEMO), reason="Ill", at=NOON)
    Refund.objects.filter(pk=failed.pk).update(status=Refund.Status.FAILED)
    record_uncertain_payment(factories.an_order(session), gateway=Gateway.CARD_TERMINAL, at=NOON)
    Payment.objects.filter(pk=failed.payment.pk).update(discrepancy=Payment.Discrepancy.NOT_OURS)
    factories.a_paid_order(cancelled)
    cancel_session(cancelled, reason="The projector broke", at=NOON)
    a_failed_message()
    a_quarantined_row()
    JobRun.objects.filter(job="check_invariants").update(outcome=RunOutcome.FAILED)
    JobRun.objects.filter(job="deliver_notifications").update(finished_at=NOON - timedelta(hours=1))

    person = someone("owner", all_cinemas=True)

    assert dashboard_texts(person) == [
        "1 cancelled screening today still has orders",
        "1 overdue order",
        "1 bar item low in stock",
        "1 refund made with the provider: choose what was refunded",
        "1 failed refund",
        "1 refund to pay out",
        "1 payment with an unknown result",
        "1 payment doesn’t match the provider’s data",
        "1 undelivered message",
        "1 job running late",
        "1 failed job",
        "1 row failed to process",
    ]
    owner = browser(person)
    for item in owner.get(reverse("admin:index")).context["dashboard_items"]:
        assert owner.get(item.link).status_code == 200, item


def test_a_cancelled_session_is_shown_until_its_orders_are_refunded():
    session = factories.a_session(start=NOON + timedelta(hours=3))
    factories.a_paid_order(session)
    cancel_session(session, reason="The projector broke", at=NOON)
    person = someone("floor_manager", session.hall.cinema)

    assert dashboard_texts(person) == ["1 cancelled screening today still has orders"]

    call_command("refund_cancelled_sessions", at=NOON)

    assert dashboard_texts(person) == ["1 refund to pay out"]


def test_a_cancelled_session_after_midnight_is_one_of_this_evening():
    session = factories.a_session(start=NOON.replace(hour=21, minute=20))  # 00:20 in Moscow
    factories.a_paid_order(session)
    cancel_session(session, reason="The projector broke", at=NOON)

    assert dashboard_texts(someone("floor_manager", session.hall.cinema)) == [
        "1 cancelled screening today still has orders"
    ]


def test_a_private_session_is_shown_once_its_group_has_let_most_of_the_hall_go():
    session = factories.a_session(start=NOON + timedelta(hours=3))
    Session.objects.update(is_private=True)
    group = factories.an_order(Session.objects.get(), channel=Order.Channel.GROUP, at=NOON)
    factories.a_paid_order(Session.objects.get(), channel=Order.Channel.GROUP, at=NOON)
    person = someone("cinema_manager", session.hall.cinema)
    assert dashboard_texts(person) == []

    cancel(group, reason="STAFF", at=NOON)

    assert dashboard_texts(person) == ["1 private screening whose group pays less than half of the hall"]
    Ticket.objects.update(price=100_000)
    assert dashboard_texts(person) == []


def test_a_guest_who_used_a_voucher_and_got_the_money_back_is_shown_for_a_month():
    session = factories.a_session(start=NOON + timedelta(hours=3))
    order = factories.a_paid_order(session)
    cancel_screenings([session], reason="Fire alarm", vouchers=True, at=NOON)
    choice = open_choice(order, at=NOON)
    Promocode.objects.filter(pk=take_voucher(choice, at=NOON).pk).update(used_count=1)
    person = someone("floor_manager", session.hall.cinema)
    assert dashboard_texts(person) == []

    record_refund(order, amount=factories.PRICE, external_id="charged back", at=NOON)

    manager = browser(person)
    [item] = manager.get(reverse("admin:index")).context["dashboard_items"]
    assert (item.text, item.names) == (
        "1 guest used a voucher and got the money back, too",
        [f"{order.number}: {format_money(factories.PRICE)}"],
    )
    page = manager.get(item.link).text
    assert f"{format_money(factories.PRICE)}, used" in page
    Refund.objects.filter(external_id="charged back").update(requested_at=NOON - timedelta(days=30))
    ConcernedOrder.objects.update(answered_at=NOON - timedelta(days=30))
    assert dashboard_texts(person) == []


@pytest.mark.parametrize(
    ("role", "items"),
    [
        ("cashier", ["1 overdue order"]),
        ("bar", ["1 bar item low in stock"]),
        ("usher", []),
        ("floor_manager", ["1 overdue order", "1 bar item low in stock"]),
        ("cinema_manager", ["1 overdue order", "1 bar item low in stock", "1 row failed to process"]),
    ],
)
def test_each_role_sees_only_what_it_can_deal_with(role, items):
    session = factories.a_session()
    overdue(session)
    factories.an_item(session.hall.cinema, stock=3)
    a_quarantined_row()

    assert dashboard_texts(someone(role, session.hall.cinema)) == items


def test_a_difference_of_a_closed_day_is_shown_until_somebody_explains_it():
    cinema = factories.a_cinema()
    day = BusinessDay.objects.create(
        cinema=cinema, date=NOON.date() - timedelta(days=1), starts_at=NOON - timedelta(days=2),
        ends_at=NOON - timedelta(days=1), closed_at=NOON,
    )  # fmt: skip
    names = DayCheck.Name
    check = DayCheck.objects.create(day=day, name=names.MONEY, left=10, right=7)
    DayCheck.objects.create(day=day, name=names.STOCK, left=3, right=3)
    manager = someone("cinema_manager", cinema)
    client = browser(manager)

    [item] = client.get(reverse("admin:index")).context["dashboard_items"]

    assert item.text == "1 difference of a closed day to explain"
    assert item.names == [f"{cinema}: {check}"]
    assert list(client.get(item.link).context["cl"].queryset) == [check]
    assert dashboard_texts(someone("floor_manager", cinema)) == []
    assert dashboard_texts(someone("accountant", factories.a_cinema())) == []

    settle(check, note="The till was counted late", actor=manager, at=NOON)

    assert dashboard_texts(manager) == []


def test_a_drawer_that_was_not_counted_is_shown_from_the_next_day_on():
    shift = a_shift(at=NOON - timedelta(days=1))
    cinema = shift.cinema
    manager, floor = someone("cinema_manager", cinema), someone("floor_manager", cinema)
    yesterday = {"cinema": cinema, "ends_at": NOON - timedelta(hours=10), "closed_at": NOON}
    BusinessDay.objects.create(date=date(2026, 11, 4), starts_at=NOON - timedelta(hours=34), **yesterday)
    assert dashboard_texts(manager) == dashboard_texts(floor) == []

    today = {"starts_at": NOON - timedelta(hours=10), "ends_at": NOON + timedelta(hours=14)}
    BusinessDay.objects.create(cinema=cinema, date=date(2026, 11, 5), **today)

    text = "1 cash drawer of an earlier day not counted"
    assert dashboard_texts(manager) == dashboard_texts(floor) == [text]
    assert dashboard_texts(someone("cashier", cinema)) == []
    [item] = browser(manager).get(reverse("admin:index")).context["dashboard_items"]
    assert item.link == f"{reverse('admin:reports_day')}?cinema={cinema.pk}&day=2026-11-04"
    count_and_close(shift, counted_cash=Decimal(0), at=NOON, actor=manager)
    assert dashboard_texts(manager) == []


def test_cash_that_nobody_confirms_is_shown_after_a_day():
    shift = a_shift(opening_float=Decimal(1000))
    move_cash(shift, kind="DROP", amount=Decimal(700), reason="", at=NOON, actor=shift.cashier)
    manager, elsewhere = someone("floor_manager", shift.cinema), someone("cinema_manager", factories.a_cinema())
    CashMovement.objects.update(at=NOON - timedelta(hours=23))
    assert dashboard_texts(manager) == []
    CashMovement.objects.update(at=NOON - timedelta(days=1))

    [item] = browser(manager).get(reverse("admin:index")).context["dashboard_items"]

    assert (item.text, item.names) == (
        "1 amount of cash handed in is not confirmed",
        [f"{shift.cashier}: {format_money(700)}"],
    )
    assert dashboard_texts(elsewhere) == []
    confirm_handover(Handover.objects.get(), found=Decimal(700), at=NOON, actor=manager)
    assert dashboard_texts(manager) == []


def test_other_cinemas_are_not_counted():
    session = factories.a_session()
    overdue(session)
    factories.an_item(session.hall.cinema, stock=3)

    assert dashboard_texts(someone("floor_manager", factories.a_cinema())) == []
    assert dashboard_texts(someone("bar")) == []


def test_low_stock_ignores_items_taken_off_sale():
    item = factories.an_item(stock=3)
    ConcessionItem.objects.update(is_active=False)

    assert dashboard_texts(someone("bar", item.cinema)) == []


def test_report_files_that_failed_wait_for_whoever_asked_for_them():
    cinema = factories.a_cinema()
    asked_by, colleague = (someone("accountant", cinema, email=f"{name}@example.org") for name in ("asks", "other"))
    given = {"first": NOON.date(), "last": NOON.date(), "format": "pdf", "language": "en", "asked_at": NOON}
    ReportFile.objects.create(person=asked_by, report="takings", status="FAILED", problem="Too long.", **given)
    ReportFile.objects.create(person=asked_by, report="films", status="READY", **given)

    assert dashboard_texts(asked_by) == ["1 report file could not be made"]
    assert "Takings: Too long." in first_page(asked_by)
    assert reverse("admin:reports_files") in first_page(asked_by)
    assert dashboard_texts(colleague) == []


def test_scheduled_reports_that_failed_wait_for_those_who_see_all_of_their_cinemas():
    cinema, other = factories.a_cinema(), factories.a_cinema()
    schedule = ReportSchedule.objects.create(report="takings", language="en", since=NOON - timedelta(days=1))
    schedule.cinemas.set([cinema, other])
    schedule.mailings.create(
        first=NOON.date(), last=NOON.date(), created_at=NOON, status="FAILED", problem="Disk full."
    )
    both = someone("cinema_manager", cinema, other)

    assert dashboard_texts(both) == ["1 scheduled report could not be sent"]
    assert "Takings: Disk full." in first_page(both)
    assert dashboard_texts(someone("accountant", cinema)) == []
    assert dashboard_texts(someone("floor_manager", cinema, other)) == []
    ReportSchedule.objects.update(is_active=False)
    assert dashboard_texts(both) == []


def test_the_page_runs_the_same_number_of_queries_for_no_items_and_for_many():
    session = factories.a_session(factories.a_hall(rows=["s" * 40]))
    person = someone("owner", all_cinemas=True)
    client = browser(person)

    def add_rows(numbers: range) -> None:
        overdue(session, len(numbers))
        for number in numbers:
            factories.an_item(session.hall.cinema, stock=3)
            a_failed_message(number)
            a_quarantined_row(number)

    def cost() -> int:
        return query_count(client, reverse("admin:index"))

    cost()
    without = cost()
    add_rows(range(30))

    assert len(dashboard_texts(person)) == 4
    assert cost() == without
    assert without <= 14  # 8 for the figures beneath, 4 for who asks, 1 for the items, 1 as no job has run


def test_every_job_of_the_schedule_has_a_title(settings):
    from jobs.titles import TITLES

    assert list(TITLES) == list(settings.JOB_SCHEDULE)
    assert len(statuses(NOON)) == len(TITLES)


def test_a_missing_schedule_is_urgent_only_in_production(settings):
    JobRun.objects.update(finished_at=NOON - timedelta(days=3))
    settings.CRONTAB_EXECUTABLE = "/nowhere/crontab"
    manager = someone("cinema_manager", factories.a_cinema())
    jobs_page = reverse("admin:jobs_jobrun_changelist")

    settings.DEBUG = True
    [item] = browser(manager).get(reverse("admin:index")).context["dashboard_items"]
    page = browser(manager).get(jobs_page).text
    settings.DEBUG = False
    [urgent_item] = browser(manager).get(reverse("admin:index")).context["dashboard_items"]

    assert item.text == "Automatic jobs are not set up on this server"
    assert item.names == ["To set them up, run: manage.py crontab add -v 0"]
    assert not item.urgent
    assert "crontab add -v 0" in page
    assert ">Late<" not in page
    assert urgent_item.text == f"{len(settings.JOB_SCHEDULE)} jobs running late"
    assert urgent_item.urgent


def test_staff_without_role_or_cinema_are_counted_for_who_can_mend_it():
    cinema = factories.a_cinema()
    someone("usher")
    someone("", cinema, email="new@example.org")

    pages = [first_page(someone("owner", all_cinemas=True)), first_page(someone("cinema_manager", cinema))]

    assert ["2 employees have no role or no cinema" in page for page in pages] == [True, False]
    assert ["1 employee has no role or no cinema" in page for page in pages] == [False, True]
    assert ["access=missing" in page for page in pages] == [True, True]


def test_who_has_no_role_or_no_cinema_is_greeted_by_whom_to_ask():
    cinema = factories.a_cinema()
    someone("cinema_manager", cinema, email="manager@example.org")
    someone("cinema_manager", factories.a_cinema(), email="elsewhere@example.org")
    someone("owner", all_cinemas=True, email="owner@example.org")
    someone("cashier", cinema, email="cashier@example.org")

    page = first_page(someone("", cinema, email="new@example.org"))

    assert "Welcome, new@example.org!" in page
    assert "You have no role yet" in page
    whom = ["manager@example.org", "owner@example.org", "elsewhere@example.org", "cashier@example.org"]
    assert [address in page for address in whom] == [True, True, False, False]
    assert "Welcome" not in first_page(someone("bar", cinema))


def test_an_email_that_its_server_refused_is_shown_at_once_with_the_servers_words(settings):
    settings.EMAIL_BACKEND = "tests.helpers.fakes.mail.RefusesSome"
    order = factories.a_paid_order(email="bad@example.com")

    deliver(list(Notification.objects.all()), at=NOON)
    page = first_page(someone("owner", order.cinema))

    assert "1 undelivered message" in page
    assert "550 no such user" in page
