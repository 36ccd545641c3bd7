"""The page of orders: refunds, permissions, search."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Approval
from accounts.services import approve
from allocations.services import keep
from notifications.models import Notification
from orders.models import Order
from orders.services import check_in, collect
from payments.models import Refund
from tests.helpers.factories import (
    a_cinema,
    a_hall,
    a_paid_order,
    a_promocode,
    a_session,
    an_adult,
    an_item,
    free_seats,
)
from tests.helpers.order_rows import an_overdue_order, upcoming_session
from tests.helpers.pages.admin_pages import admin_url, messages_of, query_count, run_action
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db

HOSTILE = ["", "-1", "9" * 40, "\u202e2026-01-01T10:00", "\x00", "<script>alert(1)</script>", "9999-99-99T99:99"]
ORDER_ACTIONS = ["take_payment", "extend", "remind", "cancel", "refund_whole", "refund_lines"]


def test_a_whole_order_is_refunded_after_showing_the_money_and_points(cinema, sold):
    client = browser(someone("floor_manager", cinema))
    shown = client.get(admin_url(sold, "refund_whole")).content.decode()

    answer = run_action(client, sold, "refund_whole", reason="The film was bad")

    sold.refresh_from_db()
    assert "846\N{NO-BREAK SPACE}₽" in shown
    assert ">94<" in shown
    assert sold.status == Order.Status.REFUNDED
    assert messages_of(answer) == [f"Order {sold}: refund of 846\N{NO-BREAK SPACE}₽ issued."]


def test_chosen_lines_are_refunded_only_after_showing_the_exact_amount(cinema, sold):
    client = browser(someone("floor_manager", cinema))
    line = f"ticket-{sold.tickets.first().pk}"

    shown = client.post(admin_url(sold, "refund_lines"), {"lines": [line], "reason": "Ill"})
    assert sold.refunds.count() == 0
    previewed = shown.context_data["form"]["previewed"].value()
    done = client.post(
        admin_url(sold, "refund_lines"), {"lines": [line], "reason": "Ill", "previewed": previewed}, follow=True
    )

    refunded = sold.refunds.get()
    assert "315\N{NO-BREAK SPACE}₽" in shown.content.decode()
    assert refunded.amount == Decimal("315.00")
    assert messages_of(done) == [f"Order {sold}: refund of 315\N{NO-BREAK SPACE}₽ issued."]


def refund_one_of_two_snacks(client, sold):
    """The pages on which it is chosen and confirmed."""
    line = sold.preorders.order_by("pk").first()
    chosen = {"lines": [f"concessionpreorder-{line.pk}"], f"quantity-{line.pk}": "1", "reason": "Dropped"}
    shown = client.post(admin_url(sold, "refund_lines"), chosen)
    chosen["previewed"] = shown.context_data["form"]["previewed"].value()
    return shown.text, client.post(admin_url(sold, "refund_lines"), chosen, follow=True)


def test_a_part_of_a_line_of_snacks_is_refunded_after_showing_the_exact_amount(cinema, sold):
    shown, done = refund_one_of_two_snacks(browser(someone("floor_manager", cinema)), sold)

    paid = sold.preorders.order_by("pk").first().paid
    assert "1 of 2 × Popcorn" in shown
    assert [each.amount for each in sold.refunds.all()] == [paid]
    assert paid < 120  # points had paid a share of it
    assert list(sold.preorders.order_by("pk").values_list("quantity", "status")) == [(1, "AVAILABLE"), (1, "PENDING")]
    assert "issued" in messages_of(done)[0]
    assert invariant_violations(timezone.now()) == []


@pytest.mark.parametrize("quantity", ["0", "3", "-1", "two"])
def test_of_a_line_of_snacks_no_more_is_refunded_than_there_is(cinema, sold, quantity):
    line = sold.preorders.get()
    chosen = {"lines": [f"concessionpreorder-{line.pk}"], f"quantity-{line.pk}": quantity, "reason": "Dropped"}

    answer = browser(someone("floor_manager", cinema)).post(admin_url(sold, "refund_lines"), chosen)

    assert answer.context_data["form"].errors.keys() == {f"quantity-{line.pk}"}
    assert (sold.preorders.get().quantity, sold.refunds.count()) == (2, 0)


def test_above_the_limit_a_colleague_approves_the_part_of_a_line(cinema, sold, settings):
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(1)}
    _shown, asked = refund_one_of_two_snacks(browser(someone("floor_manager", cinema)), sold)

    approval, part = Approval.objects.get(), sold.preorders.order_by("pk").first()
    assert "sent for approval" in messages_of(asked)[0]
    assert approval.facts[0] == ["only a part", f"1 of 2 × {part.concession_item}"]
    assert sold.refunds.count() == 0
    colleague = someone("cinema_manager", cinema, email="colleague@example.org")
    approve(approval, digest=approval.digest, at=timezone.now(), actor=colleague)

    part.refresh_from_db()
    assert [(each.total, part.status) for each in sold.refunds.all()] == [(part.paid, "AVAILABLE")]


def test_staff_see_that_a_refund_leaves_less_than_the_promo_code_asks_for(cinema, sold):
    sold.promocode = a_promocode(least_total=10_000)
    sold.save(update_fields=["promocode"])
    line = f"ticket-{sold.tickets.first().pk}"

    shown = browser(someone("floor_manager", cinema)).post(
        admin_url(sold, "refund_lines"), {"lines": [line], "reason": "Ill"}
    )

    assert "and less is left, at the reduced price" in shown.content.decode()


def test_opening_the_refund_form_changes_nothing(cinema, sold):
    client = browser(someone("floor_manager", cinema))

    client.get(admin_url(sold, "refund_whole"))

    sold.refresh_from_db()
    assert sold.status == Order.Status.PAID
    assert sold.refunds.count() == 0
    assert sold.user.bonus_account.balance == 6


def test_collected_snacks_can_be_refunded_only_with_the_permission(cinema, sold):
    collect(sold.preorders.get(), at=timezone.now())
    page = admin_url(sold, "refund_lines")
    manager = someone("floor_manager", cinema)
    role = manager.groups.get()

    assert "Popcorn" in browser(manager).get(page).content.decode()
    role.permissions.remove(role.permissions.get(codename="refund_consumed"))
    assert "Popcorn" not in browser(manager).get(page).content.decode()


def test_a_line_of_another_order_is_rejected(cinema, sold):
    foreign = a_paid_order(upcoming_session(cinema)).tickets.get()

    answer = browser(someone("floor_manager", cinema)).post(
        admin_url(sold, "refund_lines"), {"lines": [f"ticket-{foreign.pk}"], "reason": "x"}
    )

    assert answer.status_code == 200
    assert sold.refunds.count() == 0


@pytest.mark.parametrize("action", ORDER_ACTIONS)
def test_roles_without_permission_are_denied(cinema, late, action):
    client = browser(someone("accountant", cinema))

    assert client.get(admin_url(late, action)).status_code == 403
    assert client.post(admin_url(late, action), {"gateway": "cash", "reason": "x"}).status_code == 403
    page = client.get(reverse("admin:orders_order_change", args=[late.pk])).content.decode()
    assert admin_url(late, action) not in page


@pytest.mark.parametrize("action", ["refund_whole", "refund_lines"])
def test_a_cashier_cannot_refund(cinema, sold, action):
    assert browser(someone("cashier", cinema)).post(admin_url(sold, action), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("action", ORDER_ACTIONS)
def test_another_cinemas_order_is_not_found(late, action):
    client = browser(someone("owner", a_cinema()))

    assert client.get(admin_url(late, action)).status_code == 404
    assert client.post(admin_url(late, action), {"gateway": "cash", "reason": "x"}).status_code == 404


def test_a_bank_transfer_is_no_payment_that_a_till_takes(cinema, late):
    """It leaves no money in any drawer: only bookings of groups are paid by it."""
    page = browser(someone("cashier", cinema)).post(admin_url(late, "take_payment"), {"gateway": "bank_transfer"})

    late.refresh_from_db()
    assert page.status_code == 200
    assert late.status in Order.UNPAID


def test_seats_that_the_house_keeps_are_no_order_of_a_cashier(cinema):
    an_adult()
    session = upcoming_session(cinema)
    kept = keep(session, seats=free_seats(session)[:1], reason="The mayor", at=timezone.now(), actor=someone("owner"))
    cashier = browser(someone("cashier", cinema))

    found = [cashier.post(admin_url(kept.order, action)).status_code for action in ("cancel", "take_payment")]
    chosen = {"action": "cancel", "_selected_action": [kept.order_id], "confirmed": "1"}
    cashier.post(reverse("admin:orders_order_changelist"), chosen)

    kept.order.refresh_from_db()
    assert found == [404, 404]
    assert kept.order.status in Order.UNPAID


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_values_are_rejected(cinema, late, sold, value):
    client = browser(someone("owner", cinema))
    typed = {"until": value, "gateway": value, "lines": [value], "previewed": value, "back": value}

    for order, action in [(late, "extend"), (late, "take_payment"), (sold, "refund_lines")]:
        answer = client.post(admin_url(order, action), {**typed, "reason": value})
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.content.decode()
    for word in HOSTILE:
        assert client.get(reverse("admin:orders_order_changelist"), {"q": word}).status_code == 200


@pytest.mark.parametrize("page", ["order", "overdueorder", "ticket"])
def test_each_list_runs_the_same_number_of_queries_for_3_rows_and_for_30(cinema, page):
    client, session = (
        browser(someone("owner", cinema)),
        a_session(a_hall(cinema, rows=["s" * 40]), start=timezone.now() + timedelta(days=9)),
    )

    def cost() -> int:
        return query_count(client, reverse(f"admin:orders_{page}_changelist"), max_bytes=150_000)

    for _number in range(3):
        an_overdue_order(cinema, session)
    few = cost()
    for _number in range(27):
        an_overdue_order(cinema, session)

    assert cost() == few < 25


@pytest.mark.parametrize("by", ["number", "email", "phone", "code"])
def test_an_order_is_found_by_number_contact_or_pick_up_code(cinema, by):
    wanted = a_paid_order(
        upcoming_session(cinema), snacks=[(an_item(cinema), 1)], email="Anna@example.org", phone="+79995550101"
    )
    a_paid_order(upcoming_session(cinema), email="other@example.org")
    words = {
        "number": wanted.number.lower(),
        "email": " Anna@example.org",
        "phone": "+7 (999) 555-01-01",
        "code": wanted.preorders.get().pickup_code.lower(),
    }

    answer = browser(someone("cashier", cinema)).get(reverse("admin:orders_order_changelist"), {"q": words[by]})

    assert list(answer.context_data["cl"].queryset) == [wanted]


def test_an_address_is_corrected_with_a_reason_and_the_tickets_are_sent_again(cinema, sold):
    client = browser(someone("floor_manager", cinema))
    assert browser(someone("cashier", cinema)).get(admin_url(sold, "correct_address")).status_code == 403

    answer = run_action(client, sold, "correct_address", email="right@example.org", reason="Typed wrong")

    assert messages_of(answer) == [f"Order {sold}: sent to the new address."]
    assert Notification.objects.filter(kind="ORDER_PAID", recipient="right@example.org").exists()
    assert "Email corrected, tickets sent again" in client.get(admin_url(sold, "change")).content.decode()


def test_a_second_press_corrects_nothing_and_is_no_error(cinema, sold):
    client = browser(someone("floor_manager", cinema))
    for _ in range(2):
        answer = run_action(client, sold, "correct_address", email="Right@example.org", reason="Typed wrong")

    assert messages_of(answer) == [f"Order {sold}: sent to the new address."]
    assert sold.changes.count() == 1


def test_other_seats_say_whom_the_tickets_are_sent_to(cinema, sold):
    client, link = browser(someone("floor_manager", cinema)), admin_url(sold, "other_seats")
    assert sold.recipient in client.get(link).content.decode()

    Order.objects.update(email="", phone="", user=None)

    assert "nobody: the order has no email or phone" in client.get(link).content.decode()


def test_guests_get_other_seats(cinema, sold):
    client = browser(someone("floor_manager", cinema))
    ticket, other = sold.tickets.order_by("pk")
    link = admin_url(sold, "other_seats")
    choices = dict(client.get(link).context_data["form"].fields[f"seat-{ticket.pk}"].choices)
    free = next(key for key in choices if key not in (ticket.seat_id, other.seat_id))

    nothing = client.post(link, {"reason": "Asked"})
    assert "Choose another seat" in nothing.content.decode()
    client.post(link, {f"seat-{ticket.pk}": free, "reason": "Asked"})
    again = client.post(link, {f"seat-{ticket.pk}": free, "reason": "Asked"})

    ticket.refresh_from_db()
    assert (ticket.seat_id, again.status_code, sold.changes.count()) == (free, 302, 1)
    assert browser(someone("cashier", cinema)).get(link).status_code == 403


def test_a_scanned_ticket_is_refunded_once_the_cinema_says_that_it_is_at_fault():
    sold = a_paid_order()
    client = browser(someone("floor_manager", sold.cinema))
    assert "at_fault" not in client.get(admin_url(sold, "refund_whole")).context["form"].fields
    ticket = sold.tickets.get()
    check_in(ticket, at=ticket.session.start_datetime)

    run_action(client, sold, "refund_whole", reason="No sound")
    assert not Refund.objects.exists()
    run_action(client, sold, "refund_whole", reason="No sound", at_fault="on")

    assert Refund.objects.get().reason == "The cinema is at fault: No sound"
