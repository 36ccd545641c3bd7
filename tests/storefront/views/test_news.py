"""Consent to news and offers in the shop: at the checkout, in the account, on the page of an order, by a link."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils.html import escape

from accounts.models import AccountChange, MarketingConsent, User
from accounts.services.account_changes import record_account_change
from accounts.services.consents import Channel, consented, record_consent
from notifications.models import Notification
from notifications.services import news
from orders.models import Order
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

EMAIL, PHONE = "guest@example.org", "+79035550199"
ASKED = "Send me news and offers from Cinema by email. I can unsubscribe at any time."
TICKED = re.compile(r"<input[^>]*name=\"(?:news-[a-z]+|channel)\"[^>]*checked")


@pytest.fixture(autouse=True)
def english(settings) -> None:
    settings.LANGUAGE_CODE, settings.SITE_NAME = "en", ""


@pytest.fixture
def text_messages(settings) -> None:
    settings.SMS_BACKEND = "some.Backend"


@pytest.fixture
def checkout() -> str:
    session = factories.a_session()
    return f"/sessions/{session.pk}/checkout/?seat={factories.free_seats(session)[0].pk}"


def order_at(client: Client, checkout: str, **typed: str) -> Order:
    page = client.get(checkout)
    types = {name: field.initial for name, field in page.context["form"].fields.items() if name.startswith("type-")}
    answer = client.post(checkout, {"email": EMAIL, "phone": "", "promocode": "", **types, **typed})
    assert answer.status_code == 302, answer.context["form"].errors
    return Order.objects.latest("pk")


def rows() -> list[tuple]:
    columns = "channel recipient is_given place is_proved language".split()
    return list(MarketingConsent.objects.order_by("pk").values_list(*columns))


def wants(email: str = EMAIL) -> bool:
    return bool(consented({Channel.EMAIL: email}))


def link_to_confirm() -> str:
    """The path of the link that the job sends next, whichever way."""
    news.ask(list(news.to_ask(NOON)), at=NOON)
    return Notification.objects.get(kind="NEWS_CONFIRMATION").context["link"].removeprefix(settings.SITE_URL)


# --- The checkout


def test_the_box_is_not_ticked_and_without_it_nothing_is_recorded(client, checkout) -> None:
    page = client.get(checkout).content.decode()
    assert escape(ASKED) in page
    assert not TICKED.search(page)

    order_at(client, checkout)

    assert rows() == []


def test_what_a_guest_ticks_is_recorded_and_counts_once_the_link_in_a_message_is_confirmed(client, checkout) -> None:
    order = order_at(client, checkout, **{"news-email": "on", "shown_in": "en"})

    [consent] = MarketingConsent.objects.all()
    assert rows() == [("EMAIL", EMAIL, True, "CHECKOUT", False, "en")]
    assert (consent.order, consent.user, consent.at, consent.wording) == (order, None, NOON, ASKED)
    factories.pay(order)
    assert not wants()

    where = link_to_confirm()
    assert escape(ASKED) in client.get(where).content.decode()
    assert not wants()  # mail scanners open links, but press no buttons
    answers = [client.post(where).status_code for _time in range(2)]

    assert answers == [200, 200]
    assert wants()
    assert rows()[1:] == [("EMAIL", EMAIL, True, "MESSAGE", True, "en")]


def test_an_address_is_asked_to_confirm_once_in_a_long_time_and_only_for_paid_orders(client, checkout) -> None:
    order_at(client, checkout, **{"news-email": "on", "shown_in": "en"})
    call_command("deliver_notifications", at=NOON.isoformat(), verbosity=0)
    assert not Notification.objects.exists()

    for days in (0, 1, 89, 91):
        at = NOON + timedelta(days=days)
        order = factories.a_paid_order(email=EMAIL, at=NOON)
        record_consent(EMAIL, channel="EMAIL", is_given=True, place="CHECKOUT", is_proved=False, order=order.pk, at=at)
        call_command("deliver_notifications", at=at.isoformat(), verbosity=0)

    asked = Notification.objects.filter(kind="NEWS_CONFIRMATION").order_by("pk")
    assert [(each.recipient, each.created_at) for each in asked] == [
        (EMAIL, NOON),
        (EMAIL, NOON + timedelta(days=91)),
    ]


def test_the_sentence_is_recorded_in_the_language_of_the_page_that_was_sent(client, checkout) -> None:
    client.get(checkout)
    client.cookies["django_language"] = "ru"  # changed in another tab
    order_at(client, checkout, **{"news-email": "on", "shown_in": "en"})

    assert MarketingConsent.objects.get().wording == ASKED


def test_a_customer_is_asked_until_they_agree(client, checkout) -> None:
    customer = factories.a_customer()
    client.force_login(customer)

    order_at(client, checkout, email=customer.email, **{"news-email": "on", "shown_in": "en"})

    assert rows() == [("EMAIL", customer.email, True, "CHECKOUT", True, "en")]
    assert wants(customer.email)
    assert escape(ASKED) not in client.get(checkout).content.decode()


def test_a_customer_who_orders_to_another_address_proves_nothing_about_it(client, checkout) -> None:
    client.force_login(factories.a_customer())

    order_at(client, checkout, **{"news-email": "on"})

    assert not MarketingConsent.objects.get().is_proved
    assert not wants()


def test_a_colleague_who_buys_for_somebody_is_not_asked(checkout) -> None:
    client = browser(someone("cashier", all_cinemas=True))

    assert escape(ASKED) not in client.get(checkout).content.decode()
    order_at(client, checkout, **{"news-email": "on"})

    assert rows() == []


def test_text_messages_need_a_number(client, checkout, text_messages) -> None:
    page = client.get(checkout)
    types = {name: field.initial for name, field in page.context["form"].fields.items() if name.startswith("type-")}
    refused = client.post(checkout, {"email": EMAIL, "phone": "", "promocode": "", "news-sms": "on", **types})
    assert "phone" in refused.context["form"].errors
    assert rows() == []

    order = order_at(client, checkout, phone=PHONE, **{"news-sms": "on"})

    factories.pay(order)
    client.post(link_to_confirm())
    assert consented({Channel.SMS: PHONE, Channel.EMAIL: EMAIL}) == {Channel.SMS}


def test_a_changed_order_keeps_what_was_ticked(client, checkout) -> None:
    order = order_at(client, checkout, **{"news-email": "on", "shown_in": "en"})

    page = client.get(f"/order/{order.token}/change/")

    assert TICKED.search(page.content.decode())


# --- The account


def test_a_customer_agrees_and_withdraws_in_the_profile(client) -> None:
    customer = factories.a_customer()
    client.force_login(customer)
    assert not TICKED.search(client.get("/account/profile/").content.decode())

    client.post("/account/news/", {"channel": "EMAIL", "shown_in": "ru"})
    client.post("/account/news/", {"channel": "EMAIL", "shown_in": "en"})  # pressed twice
    assert wants(customer.email)
    assert TICKED.search(client.get("/account/profile/").content.decode())
    client.post("/account/news/", {"shown_in": "en"})

    assert not wants(customer.email)
    assert rows() == [
        ("EMAIL", customer.email, True, "ACCOUNT", True, "ru"),
        ("EMAIL", customer.email, False, "ACCOUNT", True, "en"),
    ]


def test_a_channel_without_a_contact_or_a_way_to_send_is_no_choice(client) -> None:
    customer = factories.a_customer()
    client.force_login(customer)

    client.post("/account/news/", {"channel": ["SMS", "PHONE", "x"]})

    assert rows() == []


def test_what_an_account_says_about_its_number_is_confirmed_by_a_text_after_an_order_to_it(
    client, text_messages
) -> None:
    customer = User.objects.create_user("viewer@example.org", phone=PHONE)
    client.force_login(customer)

    client.post("/account/news/", {"channel": "SMS", "shown_in": "en"})

    assert rows() == [("SMS", PHONE, True, "ACCOUNT", False, "en")]
    page = client.get("/account/profile/").content.decode()
    assert TICKED.search(page)
    assert "Not confirmed yet" in page
    factories.a_paid_order(customer=customer, phone=PHONE)
    client.post(link_to_confirm())
    assert consented({Channel.SMS: PHONE})
    page = client.get("/account/profile/").content.decode()
    assert TICKED.search(page)
    assert "Not confirmed yet" not in page
    client.post("/account/news/", {"shown_in": "en"})
    assert not consented({Channel.SMS: PHONE})


def test_an_address_that_staff_have_typed_for_an_account_is_confirmed_by_its_owner(client) -> None:
    customer = factories.a_customer()
    record_account_change(customer, [AccountChange.Kind.ADDRESS], at=NOON, actor=someone("owner", all_cinemas=True))
    client.force_login(customer)

    client.post("/account/news/", {"channel": "EMAIL", "shown_in": "en"})

    assert rows() == [("EMAIL", customer.email, True, "ACCOUNT", False, "en")]
    assert "Not confirmed yet" in client.get("/account/profile/").content.decode()
    factories.a_paid_order(customer=customer, email=customer.email)
    assert not wants(customer.email)
    client.post(link_to_confirm())
    assert wants(customer.email)


def test_whoever_types_somebodys_number_in_the_profile_neither_learns_nor_changes_what_it_has_agreed_to(
    client, checkout, text_messages
) -> None:
    record_consent(PHONE, channel="SMS", is_given=True, place="MESSAGE", is_proved=True, at=NOON)
    stranger = User.objects.create_user("viewer@example.org", phone=PHONE)
    client.force_login(stranger)

    assert not TICKED.search(client.get("/account/profile/").content.decode())
    assert "news-sms" in client.get(checkout).content.decode()
    client.post("/account/news/", {"channel": "SMS", "shown_in": "en"})
    client.post("/account/news/", {"shown_in": "en"})
    order_at(client, checkout, phone=PHONE)

    assert rows()[1:] == [("SMS", PHONE, given, "ACCOUNT", False, "en") for given in (True, False)]
    assert consented({Channel.SMS: PHONE})


def test_choices_are_limited(client) -> None:
    client.force_login(factories.a_customer())

    for time in range(30):
        client.post("/account/news/", {"channel": "EMAIL"} if time % 2 else {})

    assert len(rows()) < 25


# --- The order's page


def test_whoever_has_the_link_of_a_paid_order_agrees_and_withdraws(client) -> None:
    order = factories.a_paid_order(email=EMAIL)
    page, where = f"/order/{order.token}/", f"/order/{order.token}/news/"
    assert escape(ASKED) in client.get(page).content.decode()

    client.post(where, {"channel": "EMAIL", "agree": "yes", "shown_in": "en"})
    assert f"send a link to {EMAIL}: open it to confirm" in client.get(page).content.decode()
    assert not wants()
    client.post(link_to_confirm())
    assert wants()
    assert f"We send news and offers to {EMAIL}." in client.get(page).content.decode()
    client.post(where, {"channel": "EMAIL", "agree": "no", "shown_in": "en"})

    assert not wants()
    assert [row[2:4] for row in rows()] == [(True, "ORDER"), (True, "MESSAGE"), (False, "ORDER")]


def test_whoever_orders_to_an_address_does_not_unsubscribe_it(client) -> None:
    record_consent(EMAIL, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    where = f"/order/{factories.a_paid_order(email=EMAIL).token}/news/"

    for agree in ("yes", "no"):
        client.post(where, {"channel": "EMAIL", "agree": agree, "shown_in": "en"})

    assert wants()


def test_an_unpaid_order_shows_nothing_of_what_its_address_agreed_to_and_changes_nothing(client) -> None:
    record_consent(EMAIL, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    order = factories.an_order(email=EMAIL)

    assert "We send news" not in client.get(f"/order/{order.token}/").content.decode()
    client.post(f"/order/{order.token}/news/", {"channel": "EMAIL", "agree": "no"})
    client.post(f"/order/{order.token}/news/", {"channel": "EMAIL", "agree": "yes"})
    client.post(f"/order/{order.token}/news/", {"channel": "EMAIL", "agree": "no"})

    assert wants()


def test_a_colleague_chooses_nothing_on_the_page_of_an_order() -> None:
    order, client = factories.a_paid_order(email=EMAIL), browser(someone("cashier", all_cinemas=True))

    assert escape(ASKED) not in client.get(f"/order/{order.token}/").content.decode()
    client.post(f"/order/{order.token}/news/", {"channel": "EMAIL", "agree": "yes"})

    assert rows() == []


# --- The link in messages


def test_the_link_shows_a_button_that_withdraws(client) -> None:
    consent = record_consent(EMAIL, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    where = f"/unsubscribe/{consent.uid}/"

    assert EMAIL in client.get(where).content.decode()
    assert wants()
    answers = [client.post(where) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not wants()
    assert rows()[1:] == [("EMAIL", EMAIL, False, "MESSAGE", True, "en")]


def test_a_mail_server_withdraws_by_one_post_without_cookies(client) -> None:
    consent = record_consent(EMAIL, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)

    server = Client(enforce_csrf_checks=True)
    answer = server.post(f"/unsubscribe/{consent.uid}/", {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, wants()) == (200, False)


def test_a_link_of_nobody_is_not_found(client) -> None:
    erased = record_consent("", channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)

    for token in (str(uuid4()), str(erased.uid), "x", str(erased.pk)):
        assert client.post(f"/unsubscribe/{token}/").status_code == 404
        assert client.post(f"/subscribe/{token}/").status_code == 404


def test_the_link_that_unsubscribes_subscribes_nobody(client) -> None:
    consent = record_consent(EMAIL, channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    client.post(f"/unsubscribe/{consent.uid}/")

    assert client.post(f"/subscribe/{consent.uid}/").status_code == 404
    assert not wants()
