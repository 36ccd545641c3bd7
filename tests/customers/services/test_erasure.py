"""Export and erasure of a customer's personal data; the accounts stay complete."""

import json
from datetime import timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import Approval, MarketingConsent, User
from accounts.services import refuse, request_approval
from accounts.services.consents import record_consent
from bonuses.models import BonusAccount
from bonuses.services import adjust
from customers.errors import CannotEraseStaff, ErasedAlready, OrdersStillOpen
from customers.services import Customer, claim_guest_orders, erase_customer, export_customer_data
from notifications.models import ChosenPhone, MessageKind, Notification
from notifications.services import Message, queue
from orders.models import Order
from orders.services import cancel, refund
from payments.models import Dispute, Payment, Refund
from payments.services import mark_paid_out
from reports.models import CustomerFigures
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = pytest.mark.django_db

EMAIL, PHONE = "Anna.Petrova@Example.org", "+79035550199"
WORDS = ["anna.petrova@example.org", "79035550199", "annuschka", "petrova"]

#: Browser sessions may hold form input, encoded; they expire after two weeks at most.
NOT_ASKED = {"sessions.Session"}


@pytest.fixture
def anna() -> Customer:
    """A customer with orders as a guest and with an account, a partial refund, and a failed log-in."""
    user = User.objects.create_user(EMAIL, "wrong", first_name="Annuschka", last_name="Petrova", phone=PHONE)
    session = factories.a_session(start=NOON - timedelta(hours=20))
    bought = NOON - timedelta(days=1)
    mine = factories.a_paid_order(session, seats=2, customer=user, at=bought)
    factories.a_paid_order(session, email=EMAIL.lower(), phone=PHONE, at=bought)
    late = factories.an_order(session, email=EMAIL.lower(), at=bought)
    cancel(late, reason="Mrs Petrova rang: anna.petrova@example.org", at=bought)
    refund(mine, lines=[mine.tickets.first()], reason="Annuschka was ill", at=bought)
    Refund.objects.update(status="SUCCEEDED", succeeded_at=bought, handed_out=True)
    account = BonusAccount.objects.create(user=user)
    adjust(account, amount=70, reason="Petrova is our guest", at=bought)
    queue([Message(MessageKind.SIGN_IN, EMAIL.lower(), "1", "en", {"link": "x", "minutes": 1})], at=NOON)
    AccessAttempt.objects.create(
        username=EMAIL.lower(), ip_address="10.0.0.1", user_agent="Safari", failures_since_start=1
    )
    LogEntry.objects.create(
        user=someone("owner", all_cinemas=True),
        content_type=ContentType.objects.get_for_model(account),
        object_id=str(account.pk),
        object_repr="Annuschka Petrova",
        action_flag=CHANGE,
        change_message="Annuschka Petrova: +70 points",
    )
    for job in ("update_completed_order_statuses", "accrue_bonus_for_completed_orders"):
        run(job, at=NOON)
    user.refresh_from_db()
    return Customer(user.email, user)


def named() -> list[str]:
    """The columns that still contain the customer's name or addresses."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        texts = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField)
        ]
        if model._meta.label in NOT_ASKED or not texts:
            continue
        for row in model._base_manager.values_list(*texts):
            said = " ".join(map(str, row)).lower()
            found += [f"{model._meta.label}: {word}" for word in WORDS if word in said]
    return found


def money() -> list[str]:
    tables = factories.business_state()
    books = ("payments.Payment", "payments.Refund", "orders.Ticket", "orders.RefundLine")
    return [line for table in books for line in tables[table]]


def test_erasure_removes_personal_data_from_every_table_and_keeps_the_accounts(anna):
    found = set(named())
    assert {line.partition(":")[0] for line in found} >= {"accounts.User", "orders.Order", "admin.LogEntry"}
    before = [line.replace("Annuschka", "…") for line in money()]

    erase_customer(anna, at=NOON)

    assert named() == []
    assert money() == before
    assert invariant_violations(NOON) == []
    assert BonusAccount.objects.get().balance == 0
    anna.user.refresh_from_db()
    assert (anna.user.is_active, anna.user.has_usable_password()) == (False, False)
    with pytest.raises(ErasedAlready):
        erase_customer(Customer(anna.user.email, anna.user), at=NOON)


def test_the_export_contains_all_data_of_the_customer_and_of_no_other(anna):
    factories.an_order(email="other@example.org")

    text = json.dumps(export_customer_data(anna, at=NOON), default=str)

    data = json.loads(text)
    assert len(data["orders"]) == 3
    assert [len(order["tickets"]) for order in data["orders"]] == [2, 1, 1]
    assert data["account"]["phone"] == PHONE
    assert data["points"]["balance"] == 70 + 17
    assert {each["recipient"] for each in data["messages"]} == {EMAIL.lower()}
    assert data["failed_log_ins"][0]["ip_address"] == "10.0.0.1"
    assert "other@example.org" not in text
    assert not any(token in text for token in Order.objects.values_list("token", flat=True))
    assert "pickup_code" not in text  # whoever has it is given the snacks


def test_a_customer_with_open_orders_cannot_be_erased(anna):
    ahead = factories.a_session(start=NOON + timedelta(days=3))
    open_ones = [
        factories.an_order(ahead, customer=anna.user),
        factories.a_paid_order(ahead, email=anna.address),
    ]

    for order in open_ones:
        with raises_unchanged(OrdersStillOpen) as refused:
            erase_customer(anna, at=NOON)
        assert order.number in str(refused.value)
        Order.objects.filter(pk=order.pk).update(status="COMPLETED", bonus_accrued_at=NOON)
    Dispute.objects.create(payment=order.payments.get(), external_id="dp", amount=350, heard_at=NOON)
    with raises_unchanged(OrdersStillOpen):
        erase_customer(anna, at=NOON)


def test_staff_cannot_be_erased():
    person = someone("usher")

    with raises_unchanged(CannotEraseStaff) as refused:
        erase_customer(Customer(person.email, person), at=NOON)

    assert "Deactivate the account" in str(refused.value)


def test_a_customer_downloads_and_deletes_their_data(anna):
    client = Client()
    client.force_login(anna.user)

    data = client.get("/account/data.json")
    assert "attachment" in data["Content-Disposition"]
    assert data.json()["account"]["email"] == anna.address
    assert "lose 87 bonus points" in client.get("/account/delete/").text
    assert "Your account has been deleted" in client.post("/account/delete/").text

    assert client.get("/account/").status_code == 302
    assert not User.objects.filter(email=anna.address).exists()


def test_a_manager_may_export_personal_data_and_a_cashier_may_not(anna):
    order = anna.orders().filter(user=anna.user).first()
    page = reverse("admin:orders_order_customer_data", args=[order.pk])

    assert browser(someone("cinema_manager", order.cinema)).get(page).json()["account"]["email"] == anna.address
    assert browser(someone("floor_manager", order.cinema)).get(page).status_code == 403
    assert (
        browser(someone("cinema_manager", factories.a_cinema(), email="far@example.org")).get(page).status_code == 404
    )


def test_the_command_finds_a_guest_by_address():
    order = factories.an_order(email="guest@example.org")
    cancel(order, reason="STAFF", at=NOON)
    out = StringIO()

    call_command("personal_data", "guest@example.org", stdout=out)
    call_command("personal_data", "guest@example.org", "--erase", stdout=StringIO())

    assert json.loads(out.getvalue())["orders"][0]["number"] == order.number
    order.refresh_from_db()
    assert order.recipient == ""


def test_a_payment_that_can_never_succeed_any_more_does_not_block_erasure(anna):
    later = NOON + timedelta(days=3)
    order = Order.objects.get(status=Order.Status.CANCELLED)
    Payment.objects.create(
        order=order, gateway="demo", external_id="gone", amount="350.00", created_at=NOON, next_poll_at=NOON
    )
    with raises_unchanged(OrdersStillOpen):
        erase_customer(anna, at=NOON)

    run("reconcile_payments", at=later)
    erase_customer(anna, at=later)

    assert Payment.objects.get(external_id="gone").status == Payment.Status.FAILED


# --- Whoever types somebody's address


@pytest.fixture
def typed(anna: Customer) -> Order:
    """An order for which a stranger typed Anna's address, given up without payment."""
    order = factories.an_order(email=anna.address, phone="+79990000000")
    cancel(order, reason="STAFF", at=NOON)
    return order


def test_a_typed_address_gives_out_nothing_but_that_order(anna: Customer, typed: Order) -> None:
    """Not the figures of a guest either, which point to the last order with that address."""
    visit = {"first_visit": NOON.date(), "last_visit": NOON.date(), "visits": 9, "customer_group": "LOYAL"}
    CustomerFigures.objects.create(order=typed, **visit)
    data = json.loads(json.dumps(export_customer_data(Customer.of(typed), at=NOON), default=str))

    assert [each["number"] for each in data["orders"]] == [typed.number]
    assert (data["account"], data["points"], data["failed_log_ins"]) == (None, None, [])
    assert data["figures"].keys() == {
        "agreedterms",
        "campaignorder",
        "chosenphone",
        "customerfigures",
        "listmember",
        "telegramchat",
        "waitingentry",
        "watchedfilm",
    }
    assert not any(data["figures"].values())
    about_it = Notification.objects.filter(occasion__startswith=typed.number)
    assert [each["kind"] for each in data["messages"]] == list(about_it.values_list("kind", flat=True))


def test_a_typed_address_erases_nothing_but_that_order(anna: Customer, typed: Order) -> None:
    others = list(anna.orders().exclude(pk=typed.pk).order_by("pk").values_list("email", "phone"))

    erase_customer(Customer.of(typed), at=NOON)

    typed.refresh_from_db()
    anna.user.refresh_from_db()
    assert typed.recipient == ""
    assert (anna.user.is_active, anna.user.email) == (True, anna.address)
    assert list(anna.orders().order_by("pk").values_list("email", "phone")) == others
    assert BonusAccount.objects.get().balance == 70 + 17
    assert AccessAttempt.objects.exists()
    assert "Petrova" in LogEntry.objects.get(object_repr__startswith="Annuschka").change_message
    with pytest.raises(ErasedAlready):
        erase_customer(Customer.of(typed), at=NOON)


def test_no_unpaid_hold_and_no_order_of_another_account_keeps_an_address_that_was_typed_from_being_erased(anna) -> None:
    ahead, other = factories.a_session(start=NOON + timedelta(days=90)), factories.a_customer()
    held = factories.an_order(ahead, email=anna.address)
    theirs = factories.a_paid_order(ahead, customer=other, email=anna.address)

    erase_customer(anna, at=NOON)

    held.refresh_from_db()
    theirs.refresh_from_db()
    assert (held.status, held.email) == ("PENDING_PAYMENT", "")
    assert (theirs.status, theirs.email) == ("PAID", other.email)  # who can still be reached
    assert named() == []


def test_a_number_that_another_account_has_proved_stays_theirs(anna: Customer) -> None:
    owner = factories.a_customer()
    User.objects.filter(pk=owner.pk).update(phone=PHONE)
    ChosenPhone.objects.create(user=owner, phone=PHONE, expires_at=NOON, confirmed_at=NOON)
    record_consent(PHONE, channel="SMS", is_given=True, place="ACCOUNT", is_proved=True, user=owner, at=NOON)
    order = factories.an_order(email="kim@example.org", phone=PHONE)

    erase_customer(anna, at=NOON)

    order.refresh_from_db()
    anna.user.refresh_from_db()
    assert (order.phone, MarketingConsent.objects.get().recipient, anna.user.phone) == (PHONE, PHONE, "")
    assert not anna.orders().filter(phone=PHONE).exists()


def test_a_guests_order_that_joined_an_account_gives_out_and_erases_nothing_but_that_order(anna: Customer) -> None:
    typed = factories.an_order(email=anna.address)
    cancel(typed, reason="Given up", at=NOON)
    claim_guest_orders(anna.user, at=NOON)
    typed.refresh_from_db()
    assert typed.user == anna.user

    data = export_customer_data(Customer.of(typed), at=NOON)
    erase_customer(Customer.of(typed), at=NOON)

    typed.refresh_from_db()
    anna.user.refresh_from_db()
    assert (data["account"], data["points"], [each["number"] for each in data["orders"]]) == (
        None,
        None,
        [typed.number],
    )
    assert (typed.recipient, anna.user.is_active, anna.user.last_name) == ("", True, "Petrova")
    assert BonusAccount.objects.get().balance > 0


def test_an_order_of_staff_gives_out_nothing_about_them() -> None:
    person = someone("owner", all_cinemas=True)
    order = factories.an_order(customer=person)

    data = export_customer_data(Customer.of(order), at=NOON)

    assert data["account"] is None
    assert len(data["orders"]) == 1


@pytest.mark.parametrize(
    "spelled",
    [
        "8 903 555-01-99",
        "8 (903) 555\N{EN DASH}01\N{EN DASH}99",
        "+7 903 555\N{NON-BREAKING HYPHEN}01\N{FIGURE DASH}99",
        "+７ ９０３\N{NO-BREAK SPACE}５５５ ０１ ９９",
        "8\N{ZERO WIDTH SPACE}9035550199",
    ],
)
def test_a_guest_known_by_phone_is_erased_from_every_spelling_of_it(spelled: str) -> None:
    session = factories.a_session(start=NOON - timedelta(hours=20))
    bought = NOON - timedelta(days=1)
    mine = factories.an_order(session, email="", phone="8 (903) 555-01-99", at=bought)
    other = factories.an_order(session, email="kim@example.org", phone="+7 903 5550199", at=bought)
    cancel([mine], reason=f"Rang from {spelled}", at=bought)
    cancel([other], reason="Paid elsewhere", at=bought)
    LogEntry.objects.create(
        user=someone("owner", all_cinemas=True),
        content_type=ContentType.objects.get_for_model(Order),
        object_id=str(other.pk),
        object_repr="(903) 555 01 99",
        action_flag=CHANGE,
        change_message=json.dumps([{"changed": {"name": f"They call from {spelled}."}}]),
    )

    erase_customer(Customer.known_by("903 555 01 99"), at=NOON)

    assert set(Order.objects.values_list("email", "phone")) == {("", ""), ("kim@example.org", "")}
    assert mine.events.get(to_status=Order.Status.CANCELLED).reason == "Rang from …"
    entry = LogEntry.objects.get()
    assert (entry.object_repr, json.loads(entry.change_message)) == (
        "…",
        [{"changed": {"name": "They call from …."}}],
    )


# --- Consents to news and offers


@pytest.fixture
def consents(anna: Customer, typed: Order) -> dict[str, MarketingConsent]:
    said = partial(record_consent, channel="EMAIL", is_given=True, language="en", at=NOON)
    own = anna.orders().filter(user=anna.user).first()
    return {
        "account": said(EMAIL.lower(), place="ACCOUNT", is_proved=True, user=anna.user),
        "order": said("friend@example.org", place="CHECKOUT", is_proved=False, order=own.pk),
        "typed": said(EMAIL.lower(), place="CHECKOUT", is_proved=False, order=typed.pk),
        "other": said("other@example.org", place="ACCOUNT", is_proved=True),
    }


def left(consents: dict[str, MarketingConsent]) -> dict[str, str]:
    rows = MarketingConsent.objects.in_bulk([each.pk for each in consents.values()])
    return {name: rows[each.pk].recipient for name, each in consents.items() if rows[each.pk].recipient}


def test_consents_are_exported_with_the_customer_and_lose_their_address(anna: Customer, consents: Any) -> None:
    data = json.loads(json.dumps(export_customer_data(anna, at=NOON), default=str))
    assert [each["place"] for each in data["marketing_consents"]] == ["ACCOUNT", "CHECKOUT", "CHECKOUT"]
    assert "by email" in data["marketing_consents"][0]["wording"]

    erase_customer(anna, at=NOON)

    assert left(consents) == {"other": "other@example.org"}
    assert MarketingConsent.objects.filter(is_given=True).count() == 4


def test_of_a_typed_address_only_what_that_order_said(anna: Customer, typed: Order, consents: Any) -> None:
    data = json.loads(json.dumps(export_customer_data(Customer.of(typed), at=NOON), default=str))
    assert [each["place"] for each in data["marketing_consents"]] == ["CHECKOUT"]

    erase_customer(Customer.of(typed), at=NOON)

    assert left(consents).keys() == {"account", "order", "other"}


def test_what_was_answered_about_the_payout_of_a_refund_is_removed_with_the_customer() -> None:
    customer = factories.a_customer()
    customer.first_name, customer.last_name = "Zelda", "Quibbleworth"
    customer.save()
    back = refund(factories.a_paid_order(customer=customer), reason="Ill", at=NOON)
    boss, other = someone("owner", all_cinemas=True), someone("owner", all_cinemas=True, email="other@example.org")
    asked = request_approval("orders.pay_out", back, arguments={"shift": None}, facts=[], at=NOON, actor=boss)
    refuse(asked, reason="Zelda Quibbleworth was paid on Monday", at=NOON, actor=other)
    mark_paid_out(back, at=NOON, actor=boss)

    erase_customer(Customer(customer.email, customer), at=NOON)

    assert Approval.objects.get().why == ""
