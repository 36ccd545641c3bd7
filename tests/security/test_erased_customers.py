"""No column of any table names an erased customer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType

from accounts.models import Approval, MarketingConsent, User
from accounts.services import text_of_higher_apps
from accounts.services.approvals import digest_of
from accounts.services.consents import record_consent
from boxoffice.models import Exchange
from boxoffice.services.printed_vouchers import give_goodwill_voucher
from customers.services import Customer, erase_customer
from customers.services.erasure import FREE_TEXT, ways_to_order
from jobs.models import JobRun
from orders.models import Order, OrderChange, OrderEvent, Scan
from orders.services import CancelReason, cancel
from tests.helpers import factories
from tests.helpers.cinema_fixtures import create_rows_of_chain, create_rows_of_cinema
from tests.helpers.database.text_columns import columns_with, mark
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

EMAIL, PHONE, LAST_NAME = "anna.petrova@example.org", "+79035550199", "Петрова"
WORDS = ["anna.petrova", "петров", "5550199", "555-01-99"]
REMARK = "Жалоба Анны Петровой (Anna.Petrova@example.org, 8 903 555-01-99): see Петрова"

#: Columns that hold no sentence about a person, by the name of the column. A column that is added is tried with the
#: remark above. Whoever lists it here says that nobody writes in it about customers.
NAMES_OF_THINGS = {"name", "title", "city", "address", "code", "codename", "society"}
NAMES_OF_THINGS |= {"original_title", "country", "no_certificate_reason"}  # of films
NAMES_OF_THINGS |= {"portion", "composition", "allergens"}  # of what the bar sells, for everybody to read
NAMES_OF_THINGS |= {  # of films too, for everybody to read
    "author", "licence", "licence_link", "source_link",  # of pictures
    "director", "starring", "content_warnings", "trailer_url", "screenings.Film.description",
    "screenings.HistoricalFilm.description", "screenings.FilmPicture.text",
}  # fmt: skip
TECHNICAL = {
    "percents", "steps", "film_hire.Contract.number", "film_hire.HistoricalContract.number", "filename",
    "digest", "discrepancy", "event_id", "external_id", "gateway", "history_change_reason", "holder", "host",
    "boxoffice.OfflineScan.listed",  # a hall and a seat, written by the door's script
    "screenings.Hall.stairs", "screenings.HistoricalHall.stairs",  # places
    "integrations.FilmProposal.link",  # the page of a catalogue
    "payments.Receipt.printed",  # numbers, as the receipt service reports them
    "secret", "former_secret", "types", "url",  # of a receiver of webhooks
    "database", "job", "key", "language", "object_id", "occasion", "password", "person", "redirect_url", "return_url",
    "row", "service",
    "time_zone", "token", "visitor", "who", "claimed_by", "model", "app_label", "preferred_language", "number",
    "reports.ReportFile.cinemas", "reports.ReportFile.parameters", "reports.ReportFile.highlights",  # totals
    "reports.ReportMailing.cinemas", "notifications.Notification.only_for",
    "pricing.ForecastBasis.curve", "pricing.ForecastBasis.party_mix",  # computed
    "pricing.FittedModel.fitted", "pricing.SessionForecast.levels",  # computed
    "pricing.SessionForecast.reasons",  # computed
    "screenings.PriceQuote.inputs", "screenings.PriceQuote.reasons",  # computed
    "reports.PayoutLayout.columns", "reports.PayoutLayout.entered", "reports.PayoutLayout.headings",  # of files
    "reports.PayoutLayout.payment_words", "reports.PayoutLayout.refund_words",
    "reports.PayoutLine.identity", "reports.PayoutLine.reference",  # of a provider; files with other texts are refused
    "accent_light", "accent_dark", "footer", "published", "social", "slug", "texts",  # what the chain says of itself
    "house_rules.PageVersion.text", "map_url", "way_there",
    "pickup_code", "wording", "from_status", "to_status", "vat", "kind",
}  # fmt: skip
#: They hold one person's data each. The customer's own rows are made below.
OF_ONE_PERSON = {"email", "phone", "first_name", "last_name", "recipient", "username"}
#: Web sessions expire after two weeks at most; the pretend bank of the demonstration is no part of a cinema's system.
NOT_ASKED = {"session_key", "session_data", "session_hash", "demo.DemoCharge.description"}


@pytest.fixture
def anna() -> User:
    """A customer with an order, among the rows of a whole chain."""
    create_rows_of_chain()
    create_rows_of_cinema(factories.a_cinema())
    some_order = Order.objects.order_by("pk")[0]
    give_goodwill_voucher(some_order, amount=Decimal(1), reason="A torn seat", at=NOON, actor=someone("bar"))
    stamps = {"value": 1, "reason": "A torn seat", "actor": someone("usher"), "at": NOON}
    Exchange.objects.create(order=some_order, new_order=Order.objects.order_by("pk")[1], **stamps)
    anna = User.objects.create_user(EMAIL, "wrong", first_name="Анна", last_name=LAST_NAME, phone=PHONE)
    order = factories.an_order(customer=anna)
    cancel(order, reason="STAFF", at=NOON)
    Order.objects.filter(pk=order.pk).update(phone=PHONE, paid_at=NOON)  # so that the number counts as theirs
    OrderChange.objects.create(order=order, kind=OrderChange.Kind.SEATS, at=NOON)
    for channel, recipient in (("EMAIL", EMAIL), ("SMS", PHONE)):
        record_consent(recipient, channel=channel, is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    attempt = {"username": EMAIL, "ip_address": "10.0.0.1"}
    AccessAttempt.objects.create(**attempt, failures_since_start=1)
    AccessFailureLog.objects.create(**attempt)
    AccessLog.objects.create(**attempt)
    LogEntry.objects.create(
        user=someone("owner", all_cinemas=True),
        content_type=ContentType.objects.get_for_model(factories.a_hall()),
        object_id="1",
        object_repr="Large hall",
        action_flag=CHANGE,
        change_message="Painted",
    )
    return anna


def test_no_column_of_any_table_names_an_erased_customer(anna: User) -> None:
    marked = mark(REMARK, leave=NAMES_OF_THINGS | TECHNICAL | OF_ONE_PERSON | NOT_ASKED)
    assert {"orders.OrderEvent.reason", "concessions.StockMovement.reason", "jobs.QuarantinedRow.error"} <= marked
    assert {
        "accounts.Approval.arguments",
        "admin.LogEntry.change_message",
        "screenings.Session.cancel_reason",
    } <= marked
    assert columns_with(WORDS) > {
        "accounts_user.email",
        "accounts_marketingconsent.recipient",
        "accounts_approval.facts",
        "django_admin_log.object_repr",
    }

    erase_customer(Customer(EMAIL, anna), at=NOON)

    assert columns_with(WORDS) == set()


def test_a_text_about_their_own_orders_need_not_give_an_address_to_lose_their_name(anna: User) -> None:
    order = Order.objects.get(user=anna)
    voucher = give_goodwill_voucher(
        order, amount=Decimal(1), reason="Анна Петрова on gum", at=NOON, actor=someone("floor_manager")
    )
    stamps = {"value": 1, "reason": "Анна Петрова had gout", "actor": someone("accountant"), "at": NOON}
    exchange = Exchange.objects.create(order=Order.objects.order_by("pk")[1], new_order=order, **stamps)
    other = Exchange.objects.get(order=Order.objects.order_by("pk")[0])
    Exchange.objects.filter(pk=other.pk).update(reason="Анна Петрова is somebody else here")

    erase_customer(Customer(EMAIL, anna), at=NOON)

    for row in (voucher, exchange, other):
        row.refresh_from_db()
    assert (voucher.reason, exchange.reason) == ("… on gum", "… had gout")
    assert other.reason == "Анна Петрова is somebody else here"


def test_texts_about_an_order_are_found_by_every_key_that_leads_to_one() -> None:
    assert ways_to_order(Exchange) == ["order", "new_order"]
    assert ways_to_order(Scan) == ["ticket__order"]
    assert ways_to_order(JobRun) == []


def test_no_text_that_is_redacted_has_to_be_unique() -> None:
    """Two rows that differ in a name alone become equal."""
    clashing = []
    for model, columns in {**FREE_TEXT, **text_of_higher_apps()}.items():
        together = [each.fields for each in model._meta.total_unique_constraints]
        alone = [(field.name,) for field in model._meta.concrete_fields if field.unique]
        unique = {name for names in (*together, *alone) for name in names}
        clashing += [f"{model.__name__}.{column}" for column in columns if ways_to_order(model) and column in unique]
    assert clashing == []


def test_what_names_others_stays(anna: User) -> None:
    remark = "Long waited with Petrova Street 8, 7 903 555-01-98, anna.petrova@example.org.uk; Анна Петровская"
    mark(remark, leave=NAMES_OF_THINGS | TECHNICAL | OF_ONE_PERSON | NOT_ASKED)

    erase_customer(Customer(EMAIL, anna), at=NOON)

    assert set(LogEntry.objects.values_list("change_message", flat=True)) == {remark}


def test_an_open_request_that_named_them_must_be_looked_at_again(anna: User) -> None:
    request = Approval.objects.get()
    Approval.objects.update(arguments={"quantity": 1, "reason": REMARK})
    before = request.digest

    erase_customer(Customer(EMAIL, anna), at=NOON)

    request.refresh_from_db()
    assert request.arguments == {"quantity": 1, "reason": "Жалоба Анны … (…, …): see …"}
    assert request.digest == digest_of(request) != before


def test_orders_of_others_lose_their_number_but_an_open_one_its_only_address(anna: User) -> None:
    ahead = factories.a_session(start=NOON + timedelta(days=3))
    friend = factories.an_order(ahead, email="friend@example.org", phone=PHONE)
    settled = factories.an_order(ahead, email="", phone=PHONE)
    cancel(settled, reason="STAFF", at=NOON)
    by_phone = factories.an_order(ahead, email="", phone=PHONE)

    erase_customer(Customer(EMAIL, anna), at=NOON)

    kept = Order.objects.filter(pk__in=[friend.pk, settled.pk, by_phone.pk]).order_by("pk")
    assert list(kept.values_list("email", "phone")) == [("friend@example.org", ""), ("", ""), ("", PHONE)]


def test_a_stranger_erases_nothing_about_the_person_whose_address_and_name_they_typed(anna: User) -> None:
    """Anybody can order with anybody's address, correct another one, and call themselves what they like."""
    clerk = someone("cashier", all_cinemas=True, last_name="Ivanova")
    stranger = User.objects.create_user("stranger@example.org", None, first_name="Mr", last_name="Ivanova")
    order = factories.an_order(customer=stranger)
    Order.objects.filter(pk=order.pk).update(email=clerk.email)
    OrderChange.objects.create(order=order, kind=OrderChange.Kind.ADDRESS, at=NOON, details=EMAIL)
    cancel(order, reason="STAFF", at=NOON)
    LogEntry.objects.update(object_repr=clerk.email, change_message=f"Access of {clerk.email}, Ivanova, and {EMAIL}")
    AccessAttempt.objects.create(username=clerk.email, ip_address="10.0.0.2", failures_since_start=4)
    record_consent(clerk.email, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    tables = (AccessAttempt, AccessLog, LogEntry, MarketingConsent)
    before = [list(table.objects.order_by("pk").values()) for table in tables]

    erase_customer(Customer(stranger.email, stranger), at=NOON)

    assert [list(table.objects.order_by("pk").values()) for table in tables] == before
    order.refresh_from_db()
    assert (order.email, order.changes.get().details) == ("", "…")


@pytest.mark.parametrize("paid", [False, True])
def test_a_number_that_reads_like_an_amount_changes_nothing_about_others(anna: User, paid: bool) -> None:
    """Some countries have numbers of five digits; this one is found in 400.00 and 4.000-0."""
    other = factories.an_order()
    cancel([other], reason="Gave back 400.00 in cash", at=NOON)
    number = "+69040000"
    stranger = User.objects.create_user("stranger@example.org", None, phone=number)
    order = factories.an_order(customer=stranger)
    cancel(order, reason="STAFF", at=NOON)
    Order.objects.filter(pk=order.pk).update(phone=number, paid_at=NOON if paid else None)

    erase_customer(Customer(stranger.email, stranger), at=NOON)

    assert other.events.filter(reason="Gave back 400.00 in cash").exists()


def test_a_number_that_was_only_typed_changes_nothing_about_others(anna: User) -> None:
    other = factories.an_order(email="friend@example.org", phone=PHONE)
    cancel([other], reason=f"Called {PHONE}", at=NOON)
    before = list(MarketingConsent.objects.order_by("pk").values())
    stranger = User.objects.create_user("stranger@example.org", None, phone=PHONE)
    cancel(factories.an_order(customer=stranger), reason="STAFF", at=NOON)

    erase_customer(Customer(stranger.email, stranger), at=NOON)

    other.refresh_from_db()
    assert other.phone == PHONE
    assert other.events.filter(reason=f"Called {PHONE}").exists()
    assert list(MarketingConsent.objects.order_by("pk").values()) == before
    stranger.refresh_from_db()
    assert stranger.phone == ""


def test_who_typed_an_address_does_not_erase_that_its_owner_wants_no_news(anna: User) -> None:
    stranger = User.objects.create_user("stranger@example.org", None)
    order = factories.an_order(customer=stranger)
    cancel(order, reason="STAFF", at=NOON)
    said = {"channel": "EMAIL", "is_given": False, "user": stranger, "order": order.pk, "at": NOON}
    by_link = record_consent("owner@example.org", place="MESSAGE", is_proved=True, **said)
    typed = record_consent("owner@example.org", place="ORDER", is_proved=False, **said)

    erase_customer(Customer(stranger.email, stranger), at=NOON)

    left = MarketingConsent.objects.in_bulk([by_link.pk, typed.pk])
    assert (left[by_link.pk].recipient, left[typed.pk].recipient) == ("owner@example.org", "")


@pytest.mark.parametrize("name", ["Staff", "BY_CUSTOMER"])
def test_a_customer_named_like_a_code_changes_no_recorded_reason(anna: User, name: str) -> None:
    other, own = factories.an_order(), factories.an_order(customer=anna)
    cancel([other, own], reason=CancelReason(name.upper()), at=NOON)
    User.objects.filter(pk=anna.pk).update(first_name=name, last_name=name)
    anna.refresh_from_db()

    erase_customer(Customer(EMAIL, anna), at=NOON)

    cancelled = OrderEvent.objects.filter(order__in=[other, own], to_status=Order.Status.CANCELLED)
    assert set(cancelled.values_list("reason", flat=True)) == {name.upper()}
