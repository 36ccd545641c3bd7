"""Above the limit for one person, a service runs only when a second person approves exactly what was requested."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module
from threading import Barrier

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.module_loading import import_string

from accounts.errors import ApprovalOutdated, ApprovalRequired, ApproverNotAllowed
from accounts.models import Approval, User
from accounts.services import LIMIT_WINDOW, approve, refuse, request_approval
from accounts.services.approvals import ApprovableService, title_of
from bonuses.errors import BalanceChanged
from bonuses.models import BonusAccount
from bonuses.services import adjust
from cinema.status import ForbiddenMove
from concessions.errors import StockChanged
from concessions.models import ConcessionItem, LowStockItem
from concessions.services import receive, write_off
from customers.services import correct_address
from orders.errors import LinesNotRefundable
from orders.models import Order
from orders.services import collect, make_ready, refund, refund_by_customer
from tests import settings as product
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, PRICE, a_cinema, a_customer, a_paid_order, a_session, an_item, business_state
from tests.helpers.pages.admin_pages import dashboard_texts
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def limits(settings):
    settings.APPROVAL_LIMITS = {"orders.refund": PRICE, "bonuses.adjust": 100, "concessions.write_off": 1000}


def submit(person, row, action, **given):
    page = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{action}", args=[row.pk])
    client = browser(person)
    form = client.get(page).context["form"]
    given = {field.name: field.value() for field in form if field.value() is not None} | given
    answer = client.post(page, given)
    if answer.context and "previewed" in answer.context["form"].fields:
        answer = client.post(page, given | {"previewed": answer.context["form"]["previewed"].value()})
    return answer


def approve_page(approval):
    return reverse("admin:accounts_approval_approve", args=[approval.pk])


def ask_for_points(account, actor, *, amount=500, reason="Sorry", at=NOON):
    arguments = {"amount": amount, "reason": reason}
    facts = [("Points", str(amount)), ("Why", reason)]
    return request_approval("bonuses.adjust", account, arguments=arguments, facts=facts, at=at, actor=actor)


def ask_for_write_off(item, actor, *, quantity=50, at=NOON):
    arguments = {"quantity": quantity, "reason": "Wet"}
    facts = [("How much is lost", str(quantity))]
    return request_approval("concessions.write_off", item, arguments=arguments, facts=facts, at=at, actor=actor)


def ask_for_refund(order, actor, *, lines=None, at=NOON):
    arguments = {"reason": "Ill"} if lines is None else {"lines": lines, "reason": "Ill"}
    return request_approval("orders.refund", order, arguments=arguments, facts=[], at=at, actor=actor)


def approve_as(approval, actor, *, at=LATER):
    return approve(approval, digest=approval.digest, at=at, actor=actor)


# --- The limit


def test_each_service_has_a_limit_for_one_person_and_none_with_an_approver():
    session = a_session(start=NOON + timedelta(days=9))
    order, account = a_paid_order(session, seats=3), a_customer(points=10).bonus_account
    item = an_item(price=PRICE)
    one, other = someone("owner", all_cinemas=True), someone("cinema_manager")
    services = [
        lambda **who: refund(order, reason="Ill", at=NOON, **who),
        lambda **who: adjust(account, amount=101, reason="Sorry", at=NOON, **who),
        lambda **who: write_off(item, quantity=3, reason="Wet", at=NOON, **who),
    ]

    for call in services:
        with raises_unchanged(ApprovalRequired):
            call(actor=one)
        with raises_unchanged(ApproverNotAllowed):
            call(actor=one, approver=one)
        call(actor=one, approver=other)

    mine = a_paid_order(session, seats=3, customer=a_customer())
    refund_by_customer(
        mine, lines=list(mine.tickets.all()), at=NOON, actor=mine.user
    )  # customers have no limit for their own orders


def test_a_large_sum_is_not_split_into_small_ones():
    order, account, item = a_paid_order(seats=2), a_customer(points=10).bonus_account, an_item(price=PRICE)
    one, first, rest = someone("owner", all_cinemas=True), *order.tickets.all()
    refund(order, lines=[first], reason="Ill", at=NOON, actor=one)
    adjust(account, amount=60, reason="Sorry", at=NOON, actor=one)
    write_off(item, quantity=2, reason="Wet", at=NOON, actor=one)

    with raises_unchanged(ApprovalRequired):
        refund(order, lines=[rest], reason="Ill", at=LATER, actor=one)
    with raises_unchanged(ApprovalRequired):
        adjust(account, amount=-60, reason="Sorry", at=LATER, actor=one)
    with raises_unchanged(ApprovalRequired):
        write_off(item, quantity=1, reason="Wet", at=LATER, actor=one)

    adjust(account, amount=60, reason="Sorry", at=NOON + LIMIT_WINDOW, actor=one)


def test_every_limit_belongs_to_an_approvable_service():
    within_another = {"orders.pay_out", "boxoffice.exchange"}  # count towards the limit for refunds
    assert set(product.APPROVAL_LIMITS) == set(product.APPROVABLE_SERVICES) - within_another
    for path in product.APPROVABLE_SERVICES.values():
        assert issubclass(import_string(path), ApprovableService)


# --- Each service, requested and approved


def test_an_approved_refund_covers_exactly_the_requested_lines():
    session = a_session()
    order = a_paid_order(session, seats=3, snacks=[(an_item(session.hall.cinema), 1)], customer=a_customer())
    one, manager = someone("floor_manager", order.cinema), someone("cinema_manager", order.cinema)
    first, second, _third = order.tickets.order_by("pk")
    asked = ask_for_refund(order, one, lines=[first, second])
    assert not order.refunds.exists()

    assert approve_as(asked, manager) == f"Order {order}: refund of 700 ₽ issued.".replace(" ₽", "\N{NO-BREAK SPACE}₽")

    done = order.refunds.get()
    assert (done.amount, done.reason, done.actor, done.requested_at) == (2 * PRICE, "Ill", one, LATER)
    assert {line.ticket for line in done.lines.all()} == {first, second}
    assert Order.objects.get().status == Order.Status.PAID


@pytest.mark.parametrize(
    "given",
    [
        {"email": "Cinema_Manager@Example.org"},
        {"email": "", "phone": "8 (916) 123-45-67"},
        {"phone": "+7 916 123 45 67"},
        {"customer": True},
    ],
)
def test_nobody_approves_the_refund_of_their_own_order(given):
    order = a_paid_order(seats=3)
    one, manager = someone("floor_manager", order.cinema), someone("cinema_manager", order.cinema)
    User.objects.filter(pk=manager.pk).update(phone="89161234567")
    mine = {"user": manager} if given.pop("customer", False) else {"email": "guest@example.org", **given}
    Order.objects.filter(pk=order.pk).update(**mine)
    asked = ask_for_refund(order, one)
    manager.refresh_from_db()

    with raises_unchanged(ApproverNotAllowed):
        approve_as(asked, manager)

    approve_as(asked, someone("cinema_manager", order.cinema, email="other@example.org"))


def test_an_order_that_was_sent_to_ones_own_address_before_it_was_corrected_is_ones_own():
    order = a_paid_order(seats=3)
    one, manager = someone("floor_manager", order.cinema), someone("cinema_manager", order.cinema)
    Order.objects.filter(pk=order.pk).update(email=manager.email)
    order.refresh_from_db()
    correct_address(order, email="friend@example.org", reason="Typo", at=NOON, actor=one)
    order.refresh_from_db()
    asked = ask_for_refund(order, one)

    with raises_unchanged(ApproverNotAllowed):
        approve_as(asked, manager)


def test_a_request_for_a_whole_order_covers_the_lines_that_were_left_at_that_time():
    session = a_session()
    order = a_paid_order(session, seats=2, snacks=[(an_item(session.hall.cinema), 1)])
    one, manager = someone("floor_manager", order.cinema), someone("cinema_manager", order.cinema)
    asked = ask_for_refund(order, one)
    ticket, *_rest = order.tickets.all()
    refund(order, lines=[ticket], reason="Broken seat", at=NOON)

    with raises_unchanged(LinesNotRefundable):
        approve_as(asked, manager)

    approve_as(ask_for_refund(order, one, at=LATER), manager)
    assert Order.objects.get().status == Order.Status.REFUNDED


def test_a_request_whose_refund_would_have_another_effect_is_outdated():
    order = a_paid_order(seats=3)
    one, manager = someone("floor_manager", order.cinema), someone("cinema_manager", order.cinema)
    first, second, third = order.tickets.order_by("pk")
    asked = ask_for_refund(order, one, lines=[first, second])
    refund(order, lines=[third], reason="Broken seat", at=NOON)  # now the request would refund the whole order

    with raises_unchanged(ApprovalOutdated):
        approve_as(asked, manager)


def test_refunding_collected_snacks_needs_the_permission_of_both_people():
    snacks = an_item(price=PRICE)
    order = a_paid_order(snacks=[(snacks, 3)])
    [line] = order.preorders.all()
    make_ready(line, at=NOON)
    collect(line, at=NOON)
    line.refresh_from_db()
    one, manager = someone("floor_manager", order.cinema), someone("cinema_manager", order.cinema)
    asked = ask_for_refund(order, one, lines=[line])
    one.groups.get().permissions.remove(*one.groups.get().permissions.filter(codename="refund_consumed"))

    with raises_unchanged(ApproverNotAllowed):
        approve_as(asked, manager)

    allowed = someone("floor_manager", order.cinema, email="other@example.org")
    allowed.groups.get().permissions.set(manager.groups.get().permissions.all())
    approve_as(ask_for_refund(order, allowed, lines=[line]), manager)
    assert order.refunds.get().actor == allowed


def test_approved_points_are_recorded_under_the_requester():
    account = a_customer(points=10).bonus_account
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)

    message = approve_as(ask_for_points(account, one), owner)

    entry = account.transactions.latest("pk")
    assert (entry.amount, entry.description, entry.actor, entry.transaction_date) == (500, "Sorry", one, LATER)
    assert message == f"{account}: +500 points. New balance: 510."


def test_points_that_were_adjusted_after_the_request_are_not_adjusted_again():
    account = a_customer(points=10).bonus_account
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    asked = ask_for_points(account, one)
    adjust(account, amount=5, reason="Colleague", at=NOON, actor=owner)

    with raises_unchanged(BalanceChanged):
        approve_as(asked, owner)


def test_an_approved_write_off_leaves_the_stock():
    item = an_item(stock=60)
    one, manager = someone("floor_manager", item.cinema), someone("cinema_manager", item.cinema)

    message = approve_as(ask_for_write_off(item, one), manager)

    movement = item.movements.latest("pk")
    assert (movement.quantity, movement.reason, movement.actor, movement.at) == (-50, "Wet", one, LATER)
    assert message == f"{item}: 50 written off, 10 now in stock."


def test_goods_whose_stock_changed_after_the_request_are_not_written_off():
    item = an_item()
    one, manager = someone("floor_manager", item.cinema), someone("cinema_manager", item.cinema)
    asked = ask_for_write_off(item, one)
    receive(item, quantity=1, at=NOON, actor=manager)

    with raises_unchanged(StockChanged):
        approve_as(asked, manager)


def test_arguments_are_stored_as_json():
    order, item = a_paid_order(seats=2), an_item()
    one = someone("owner", all_cinemas=True)
    tickets = [ticket.pk for ticket in order.tickets.order_by("pk")]

    refunded, adjusted, lost = (
        ask_for_refund(order, one),
        ask_for_points(BonusAccount.objects.create(user=a_customer()), one),
        ask_for_write_off(item, one),
    )
    for each in (refunded, adjusted, lost):
        each.refresh_from_db()

    expected = {"money": "700.00", "points_back": 0, "points_taken": 0, "last": True}
    assert refunded.arguments == {
        "tickets": tickets,
        "preorders": [],
        "reason": "Ill",
        "at_fault": False,
        "despite_dispute": False,
        "expected": expected,
    }
    assert adjusted.arguments == {"amount": 500, "reason": "Sorry", "seen": 0}
    assert lost.arguments == {"quantity": 50, "reason": "Wet", "seen": 0}
    assert [each.service for each in (refunded, adjusted, lost)] == [
        "orders.refund",
        "bonuses.adjust",
        "concessions.write_off",
    ]
    assert [each.cinema for each in (refunded, adjusted, lost)] == [order.cinema, None, item.cinema]


# --- What is approved is what was shown


def test_a_different_request_withdraws_the_earlier_one():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    former = ask_for_points(account, one, amount=500)

    changed = ask_for_points(account, one, amount=900, at=LATER)

    former.refresh_from_db()
    assert changed.pk != former.pk
    assert (former.status, former.why, former.decided_at, former.decided_by) == (
        Approval.Status.WITHDRAWN,
        Approval.Withdrawal.REPLACED,
        LATER,
        None,
    )
    assert (former.arguments["amount"], changed.arguments["amount"]) == (500, 900)
    assert former.reason == "Replaced by a newer request"
    with raises_unchanged(ApprovalOutdated):
        approve_as(former, owner)
    with raises_unchanged(ForbiddenMove):
        refuse(former, reason="No", at=LATER, actor=owner)


def test_the_same_request_made_twice_is_stored_once():
    account = BonusAccount.objects.create(user=a_customer())
    one = someone("cinema_manager")

    first, again = ask_for_points(account, one), ask_for_points(account, one, at=LATER)

    assert first == again == Approval.objects.get()
    assert Approval.objects.get().asked_at == NOON


def test_a_colleagues_request_for_the_same_row_replaces_the_earlier_one():
    account = BonusAccount.objects.create(user=a_customer())
    one, other = someone("cinema_manager"), someone("cinema_manager", email="other@example.org")
    mine = ask_for_points(account, one)

    theirs = ask_for_points(account, other)

    assert [each.status for each in Approval.objects.order_by("pk")] == ["WITHDRAWN", "ASKED"]
    assert (mine.asked_by, theirs.asked_by) == (one, other)


def test_a_page_that_shows_an_outdated_request_approves_nothing():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    submit(one, account, "adjust_points", amount="101", reason="Projector failed")
    [shown] = Approval.objects.all()
    client = browser(owner)
    sent = {"digest": client.get(approve_page(shown)).context["form"]["digest"].value()}
    submit(one, account, "adjust_points", amount="90000", reason="Thank you")

    answer = client.post(approve_page(shown), sent)
    without_digest = client.post(approve_page(shown))

    assert "This request is out of date" in answer.text
    assert "This request is out of date" in without_digest.text
    account.refresh_from_db()
    assert account.balance == 0
    assert Approval.objects.filter(status=Approval.Status.APPROVED).count() == 0


def test_a_request_is_not_approved_without_its_digest():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    asked = ask_for_points(account, one)

    for digest in ("", "0" * 64):
        with raises_unchanged(ApprovalOutdated):
            approve(asked, digest=digest, at=LATER, actor=owner)

    Approval.objects.update(arguments={**asked.arguments, "amount": 90_000})
    with raises_unchanged(ApprovalOutdated):
        approve_as(asked, owner)


def test_a_row_may_have_one_open_request_for_each_service():
    item = an_item()
    one = someone("floor_manager", item.cinema)
    ask_for_write_off(item, one)
    waiting = Approval.objects.get()

    waiting.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        waiting.save(force_insert=True)

    ask_for_write_off(LowStockItem(pk=item.pk, cinema=item.cinema, name=item.name), one, quantity=60)
    assert Approval.objects.get(status=Approval.Status.ASKED).content_type.model_class() == ConcessionItem


# --- Permissions


def test_the_requester_can_neither_approve_nor_reject():
    item = an_item()
    one = someone("cinema_manager", item.cinema)
    asked = ask_for_write_off(item, one)

    with raises_unchanged(ApproverNotAllowed):
        approve_as(asked, one)
    with raises_unchanged(ApproverNotAllowed):
        refuse(asked, reason="No", at=LATER, actor=one)

    asked.decided_by = one
    with pytest.raises(ValidationError, match="approved_by_a_second_person"):
        asked.validate_constraints()


def test_nobody_approves_what_they_gain_by():
    owner, other = (someone("owner", all_cinemas=True, email=f"{name}@example.org") for name in "ab")
    order, account = a_paid_order(seats=2, customer=owner), BonusAccount.objects.create(user=owner)
    one = someone("cinema_manager", order.cinema)

    for asked in (ask_for_refund(order, one), ask_for_points(account, one)):
        with raises_unchanged(ApproverNotAllowed):
            approve_as(asked, owner)
        approve_as(asked, other)


@pytest.mark.parametrize("taken", ["switched off", "role", "cinema"])
@pytest.mark.parametrize("whose", ["asker", "approver"])
def test_both_people_need_the_permission_at_the_time_of_approval(whose, taken):
    item = an_item()
    people = {"asker": someone("floor_manager", item.cinema), "approver": someone("cinema_manager", item.cinema)}
    asked = ask_for_write_off(item, people["asker"])
    loser = people[whose]
    if taken == "switched off":
        User.objects.filter(pk=loser.pk).update(is_active=False)
    elif taken == "role":
        loser.groups.clear()
    else:
        loser.cinemas.set([a_cinema()])

    with raises_unchanged(ApproverNotAllowed):
        approve_as(asked, User.objects.get(pk=people["approver"].pk))


def test_an_approver_needs_the_permission_to_approve_and_that_of_the_service():
    item = an_item()
    one, colleague = (someone("floor_manager", item.cinema, email=f"{name}@example.org") for name in "ab")
    bar = someone("bar", item.cinema)
    bar.groups.get().permissions.add(*someone("owner").groups.get().permissions.filter(codename="decide_approval"))
    asked = ask_for_write_off(item, one)

    for person in (colleague, bar):
        with raises_unchanged(ApproverNotAllowed):
            approve_as(asked, person)


def test_points_are_approved_only_with_access_to_all_cinemas():
    account = BonusAccount.objects.create(user=a_customer())
    one, manager = (someone("cinema_manager", a_cinema(), email=f"{name}@example.org") for name in "ab")
    asked = ask_for_points(account, one)

    with raises_unchanged(ApproverNotAllowed):
        approve_as(asked, manager)

    assert browser(manager).get(approve_page(asked)).status_code == 404
    approve_as(asked, someone("owner", all_cinemas=True))


def test_a_request_of_another_cinema_is_not_found():
    item = an_item()
    asked = ask_for_write_off(item, someone("floor_manager", item.cinema))
    far = browser(someone("cinema_manager", a_cinema(), email="far@example.org"))
    pages = [reverse(f"admin:accounts_approval_{name}", args=[asked.pk]) for name in ("change", "approve", "refuse")]
    before = business_state()

    assert [far.get(page).status_code for page in pages] == [404, 404, 404]
    assert [far.post(page, {"digest": asked.digest}).status_code for page in pages[1:]] == [404, 404]
    assert business_state() == before


def test_a_service_that_is_no_longer_approvable_is_not_called(settings):
    item = an_item()
    asked, manager = ask_for_write_off(item, someone("floor_manager", item.cinema)), someone("owner", all_cinemas=True)
    settings.APPROVABLE_SERVICES = {}

    with raises_unchanged(ApprovalOutdated):
        approve_as(asked, manager)

    assert title_of(asked) == "concessions.write_off"


# --- On the pages


def test_a_refund_above_the_limit_waits_for_a_colleague_and_is_then_made_as_requested():
    order = a_paid_order(seats=3, customer=a_customer())
    one = someone("floor_manager", order.cinema)
    keys = [f"ticket-{ticket.pk}" for ticket in order.tickets.all()[:2]]

    submit(one, order, "refund_lines", lines=keys, reason="Ill")

    asked = Approval.objects.get()
    assert (asked.asked_by, asked.cinema, asked.status) == (one, order.cinema, Approval.Status.ASKED)
    assert ["money refunded", "700\N{NO-BREAK SPACE}₽"] in asked.facts
    assert not order.refunds.exists()
    manager = someone("cinema_manager", order.cinema)
    assert "1 request awaiting approval" in dashboard_texts(manager)

    submit(manager, asked, "approve")

    asked.refresh_from_db()
    assert (asked.status, asked.decided_by) == (Approval.Status.APPROVED, manager)
    assert (order.refunds.get().amount, order.refunds.get().actor) == (2 * PRICE, one)
    assert Order.objects.get().status == Order.Status.PAID


def test_a_request_shows_the_number_that_will_be_booked_and_not_what_was_typed():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    submit(one, account, "adjust_points", amount=" 1\N{ARABIC-INDIC DIGIT FIVE}00 ", reason=" Sorry ")
    asked = Approval.objects.get()

    assert asked.facts[-2:] == [["Points", "1500"], ["Reason", "Sorry"]]

    submit(owner, asked, "approve")
    account.refresh_from_db()
    assert account.balance == 1500


def test_the_dashboard_does_not_ask_people_to_approve_their_own_requests():
    order = a_paid_order(seats=2)
    one = someone("cinema_manager", order.cinema)
    submit(one, order, "refund_whole", reason="Ill")
    asked = Approval.objects.get()

    own = submit(one, asked, "approve")

    assert "awaiting approval" not in " ".join(dashboard_texts(one))
    assert "You can’t approve this request" in own.text
    assert not order.refunds.exists()


def test_goods_and_points_are_requested_and_approved_on_their_pages():
    item, account = an_item(), BonusAccount.objects.create(user=a_customer())
    one = someone("cinema_manager", item.cinema)
    owner = someone("owner", all_cinemas=True)
    submit(one, item, "write_off_goods", quantity="50", reason="Wet")
    submit(one, account, "adjust_points", amount="500", reason="Sorry")

    for asked in Approval.objects.all():
        submit(owner, asked, "approve")

    item.refresh_from_db()
    account.refresh_from_db()
    assert (item.stock_quantity, account.balance) == (50, 500)
    assert set(Approval.objects.values_list("status", flat=True)) == {Approval.Status.APPROVED}


def test_a_request_that_can_no_longer_be_carried_out_is_refused_and_can_be_rejected_with_a_reason():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    submit(one, account, "adjust_points", amount="500", reason="Sorry")
    asked = Approval.objects.get()
    adjust(account, amount=1, reason="Colleague", at=NOON, actor=owner)

    late = submit(owner, asked, "approve")
    submit(owner, asked, "refuse", reason="Too much")

    assert "Colleague" in late.text
    asked.refresh_from_db()
    account.refresh_from_db()
    assert (asked.status, asked.reason, account.balance) == (Approval.Status.REFUSED, "Too much", 1)


def test_a_withdrawn_request_says_why_in_the_language_of_the_reader():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    former = ask_for_points(account, one)
    ask_for_points(account, one, amount=900)
    page = reverse("admin:accounts_approval_change", args=[former.pk])

    russian = browser(owner).get(page, headers={"accept-language": "ru"}).text

    assert "Replaced by a newer request" in browser(owner).get(page).text
    assert "Заменён новым запросом" in russian
    assert approve_page(former) not in russian


# --- Migration of requests that were stored as submitted forms


def test_the_migration_withdraws_open_requests_in_the_old_format_and_asks_for_new_ones():
    item, account = an_item(), BonusAccount.objects.create(user=a_customer())
    one, owner = someone("floor_manager", item.cinema), someone("owner", all_cinemas=True)
    waiting, decided = ask_for_write_off(item, one), ask_for_points(account, one)
    form = {"quantity": ["99"], "reason": ["Wet"], "seen": ["0"]}
    Approval.objects.filter(pk=waiting.pk).update(service="write_off_goods", arguments=form, digest="")
    Approval.objects.filter(pk=decided.pk).update(
        service="adjust_points", status=Approval.Status.APPROVED, decided_by=owner, decided_at=NOON, digest=""
    )

    import_module("accounts.migrations.0003_approvals_as_data").name_services(apps, None)

    waiting.refresh_from_db()
    decided.refresh_from_db()
    assert (waiting.service, waiting.status) == ("concessions.write_off", Approval.Status.WITHDRAWN)
    assert waiting.reason == "The system was updated. Please make the request again"
    assert (decided.service, decided.status, decided.decided_by) == ("bonuses.adjust", Approval.Status.APPROVED, owner)
    with translation.override("ru"), raises_unchanged(ApprovalOutdated):
        approve(waiting, digest="", at=LATER, actor=owner)
    ask_for_write_off(item, one)  # a new request can be made


# --- Simultaneous actions


def run_simultaneously(*actions):
    """Run the actions at once, each in its own thread and connection; returns what each returned or raised."""
    start = Barrier(len(actions))

    def attempt(action):
        try:
            with connection.cursor():  # open the connection before the start
                start.wait(timeout=30)
            return action()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(attempt, actions))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_approvals_run_the_service_once_and_the_second_is_refused():
    item = an_item()
    asked = ask_for_write_off(item, someone("floor_manager", item.cinema))
    people = [someone("cinema_manager", item.cinema, email=f"{name}@example.org") for name in "ab"]

    results = run_simultaneously(*(lambda person=person: approve_as(asked, person) for person in people))

    assert sorted(type(result) for result in results if not isinstance(result, str)) == [ForbiddenMove]
    item.refresh_from_db()
    assert item.stock_quantity == 50


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_leave_one_open():
    account = BonusAccount.objects.create(user=a_customer())
    people = [someone("cinema_manager", email=f"{name}@example.org") for name in "ab"]

    results = run_simultaneously(*(lambda person=person: ask_for_points(account, person) for person in people))

    assert all(isinstance(result, Approval) for result in results)
    assert sorted(Approval.objects.values_list("status", flat=True)) == ["ASKED", "WITHDRAWN"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_changing_a_request_during_approval_does_not_change_what_is_done():
    account = BonusAccount.objects.create(user=a_customer())
    one, owner = someone("cinema_manager"), someone("owner", all_cinemas=True)
    asked = ask_for_points(account, one, amount=500)

    approved, _changed = run_simultaneously(
        lambda: approve_as(asked, owner), lambda: ask_for_points(account, one, amount=90_000)
    )

    account.refresh_from_db()
    was_first = isinstance(approved, str)
    assert was_first or isinstance(approved, ApprovalOutdated)
    assert account.balance == (500 if was_first else 0)
    assert Approval.objects.get(status=Approval.Status.ASKED).arguments["amount"] == 90_000
