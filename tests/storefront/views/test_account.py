import re
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import translation

from accounts.models import User
from bonuses.services import adjust
from cinema import clock
from concessions.models import ConcessionPreorder
from notifications.models import MessageKind, Notification
from orders.models import Order
from orders.services import accrue, complete, refund
from screenings.models import Film
from tests.helpers import factories
from tests.helpers.factories import NOON, business_state
from tests.helpers.users import PASSWORD, someone

pytestmark = pytest.mark.django_db

ME = "me@example.org"


def test_a_sign_in_link_works_once_and_claims_guest_orders(client: Client) -> None:
    mine = factories.an_order(email=ME)
    other = factories.an_order(email="other@example.org")
    path = link_sent(client, ME)

    assert client.get(path).status_code == 200
    assert not User.objects.filter(email=ME).exists()  # a GET does not sign in
    assert client.post(path)["Location"] == "/account/"

    user = User.objects.get(email=ME)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.user, other.user) == (user, None)
    assert mine.number in client.get("/account/").content.decode()
    assert Client().post(path).status_code == 410


@pytest.mark.parametrize("following", ["foo", "shop:home", "/" + 3000 * "a"])
def test_a_link_signs_in_whatever_page_a_stranger_asked_it_to_lead_to(client: Client, following: str) -> None:
    pressed = client.post(link_sent(client, ME, next=following))

    assert (pressed.status_code, pressed["Location"]) == (302, "/account/")
    assert client.get("/account/").status_code == 200


def test_signing_in_starts_a_new_session(client: Client) -> None:
    client.get("/account/sign-in/")
    session = client.session
    session["visitor"] = "x"
    session.save()
    planted = client.session.session_key  # by somebody who gave the visitor this cookie, for example

    client.post(link_sent(Client(), ME))

    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_a_sign_in_link_expires(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    path = link_sent(client, ME)
    monkeypatch.setattr("cinema.clock.now", lambda: NOON + live_settings.SIGN_IN_LINK + timedelta(seconds=1))

    assert client.post(path).status_code == 410
    assert not User.objects.filter(email=ME).exists()


def test_a_link_that_was_changed_is_refused(client: Client) -> None:
    path = link_sent(client, ME)

    for wrong in (path[:-2] + "/", path.replace("link/", "link/x"), "/account/link/x/"):
        assert client.post(wrong).status_code == 410


def test_a_link_made_before_the_account_does_not_open_it_afterwards(client: Client) -> None:
    early, late = link_sent(client, ME), link_sent(client, ME)
    client.post(late)

    assert Client().post(early).status_code == 410


def test_the_answer_does_not_reveal_whether_an_address_has_an_account(client: Client) -> None:
    factories.a_customer()
    known = User.objects.get()
    switched_off = User.objects.create_user("off@example.org", is_active=False)
    staff = someone(email="boss@example.org")

    answers = {
        re.sub(r"\S+@example.org|value=\"\w{64}\"", "", ask_for_link(client, email).content.decode())
        for email in (known.email, "nobody@example.org", switched_off.email, staff.email)
    }

    assert len(answers) == 1
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == [
        staff.email,  # a customer, too: see tests/accounts/test_backends.py
        "nobody@example.org",
        known.email,
    ]


def test_sign_in_e_mails_are_rate_limited(client: Client) -> None:
    answers = [ask_for_link(client, ME).status_code for _each in range(7)]

    assert answers == [200] * 5 + [429] * 2


def test_a_stranger_who_asks_for_links_neither_shuts_out_nor_floods_the_owner(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count()
    monkeypatch.setattr("cinema.clock.now", lambda: NOON + timedelta(seconds=next(seconds)))
    for number in range(4):
        for _time in range(5):
            ask_for_link(Client(REMOTE_ADDR=f"198.51.100.{number}"), ME)
    sent = Notification.objects.count()

    answer = ask_for_link(client, ME)

    assert (sent, Notification.objects.count(), answer.status_code) == (5, 5, 200)  # the last link still works
    monkeypatch.setattr("cinema.clock.now", lambda: NOON + timedelta(minutes=1) + live_settings.LINK_AGAIN)
    ask_for_link(client, ME)
    assert Notification.objects.count() == 6


def test_a_stranger_who_looks_for_orders_does_not_keep_the_owner_from_finding_theirs(client: Client) -> None:
    order = factories.a_paid_order(email=ME)
    for _time in range(6):
        find(Client(REMOTE_ADDR="198.51.100.9"), "AAAAAAAA", ME)

    assert find(client, order.number, ME).status_code == 200
    assert Notification.objects.filter(kind=MessageKind.ORDER_LINK).count() == 1


@pytest.mark.parametrize(
    ("page", "fields"),
    [("/account/sign-in/link/", ["email"]), ("/account/sign-in/", ["username"]), ("/find/", ["email"])],
)
def test_an_address_longer_than_its_column_is_refused_in_words(client: Client, page: str, fields: list[str]) -> None:
    long = f"{'a' * 60}@{'.'.join(['b' * 60] * 4)}.org"
    given = dict.fromkeys(fields, long) | {"number": "AAAAAAAA", "password": PASSWORD}

    answer = client.post(page, given)

    assert answer.status_code == 200
    assert "at most 254 characters" in answer.text
    assert not Notification.objects.exists()


def test_signing_in_by_password_returns_to_the_previous_page(client: Client) -> None:
    user = a_customer_with_password()

    answer = client.post("/account/sign-in/", {"username": user.email.upper(), "password": PASSWORD, "next": "/find/"})

    assert answer["Location"] == "/find/"
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        *("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"),
        *("foo", "shop:home", "?page=2", "/" + 3000 * "a"),
    ],
)
def test_next_never_leads_to_another_site(client: Client, address: str) -> None:
    user = a_customer_with_password()

    answer = client.post("/account/sign-in/", {"username": user.email, "password": PASSWORD, "next": address})

    assert answer["Location"] == "/account/"


def test_password_attempts_are_rate_limited(client: Client) -> None:
    user = a_customer_with_password()
    for _attempt in range(5):
        answer = client.post("/account/sign-in/", {"username": user.email, "password": "wrong"})

    right = client.post("/account/sign-in/", {"username": user.email, "password": PASSWORD})

    assert (answer.status_code, right.status_code) == (429, 429)
    assert "sign in with an emailed link" in right.content.decode()


def test_staff_do_not_sign_in_at_the_shop(client: Client) -> None:
    boss = someone()

    answer = client.post("/account/sign-in/", {"username": boss.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_after_a_sign_in_link_a_password_is_set_without_the_old_one(client: Client) -> None:
    user = a_customer_with_password()
    elsewhere = Client()
    elsewhere.force_login(user)
    client.post(link_sent(client, user.email))

    client.post("/account/password/", {"new": "another open space"})

    user.refresh_from_db()
    assert user.check_password("another open space")
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302  # other devices are signed out


def test_the_old_password_is_not_guessed_where_a_new_one_is_set(client: Client) -> None:
    user = a_customer_with_password()
    client.post("/account/sign-in/", {"username": user.email, "password": PASSWORD})
    for _ in range(live_settings.ATTEMPTS["old_password"][1]):
        client.post("/account/password/", {"old": "wrong", "new": "another open space"})

    refused = client.post("/account/password/", {"old": PASSWORD, "new": "another open space"})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert "Too many attempts. Try again in 15 minutes." in refused.text


def test_after_a_password_sign_in_the_old_password_is_required(client: Client) -> None:
    user = a_customer_with_password()
    client.force_login(user)

    client.post("/account/password/", {"new": "another open space"})
    client.post("/account/password/", {"old": "wrong", "new": "another open space"})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_profile_takes_name_phone_and_language_and_nothing_else(client: Client) -> None:
    user = factories.a_customer()
    client.force_login(user)

    client.post(
        "/account/profile/",
        {"first_name": "Ann", "last_name": "", "phone": "8 900 1234567", "preferred_language": "en", "is_staff": "on",
         "email": "x@example.org", "all_cinemas": "on"},
    )  # fmt: skip

    user.refresh_from_db()
    assert (user.first_name, user.phone, user.preferred_language) == ("Ann", "+79001234567", "en")
    assert (user.is_staff, user.all_cinemas, user.email == "x@example.org") == (False, False, False)


def test_every_points_transaction_is_explained(client: Client) -> None:
    user = factories.a_customer(points=100)
    session = factories.a_session(price=factories.PRICE)
    order = factories.a_paid_order(session, seats=2, customer=user, points=50)
    refund(order, lines=[order.tickets.order_by("pk")[0]], reason="Ill", at=NOON)
    complete([Order.objects.get(pk=order.pk)], at=session.end_datetime)
    accrue([Order.objects.get(pk=order.pk)], at=session.end_datetime)
    client.force_login(user)

    page = client.get("/account/points/").content.decode()

    said = re.findall(r'<tr><th scope="row">(.*?) <small>.*?</small></th><td>(.*?)</td><td>(.*?)</td>', page)
    assert said == [
        (f"Earned for order {order}", "+16", "91"),
        (f"Returned: order {order} was refunded", "+25", "75"),
        (f"Spent on order {order}", "−50", "50"),
        ("From the cinema: Welcome", "+100", "100"),
    ]


def test_a_long_history_of_points_has_pages(client: Client) -> None:
    user = factories.a_customer(points=100)
    for number in range(20):
        adjust(user.bonus_account, amount=1, reason=f"Gift {number}", at=NOON + timedelta(minutes=number))
    client.force_login(user)

    first, second = (client.get(f"/account/points/?page={number}").content.decode() for number in (1, 2))

    assert first.count('<tr><th scope="row">') == 20
    assert second.count('<tr><th scope="row">') == 1
    assert "Welcome" not in first
    assert '<a href="?page=2">Older</a>' in first


def test_the_account_lists_only_own_orders(client: Client) -> None:
    mine, other = factories.a_customer(), factories.a_customer()
    order = factories.an_order(customer=other)
    client.force_login(mine)

    assert order.number not in client.get("/account/").content.decode()


@pytest.mark.parametrize("language", [code for code, _name in live_settings.LANGUAGES if code != "en"])
def test_every_state_of_an_order_and_its_snacks_has_its_word_in_each_language(language: str) -> None:
    states = [*Order.Status, *ConcessionPreorder.Status]
    with translation.override("en"):
        english = [str(each.label) for each in states]

    with translation.override(language):
        assert [each for each, state in zip(english, states, strict=True) if state.label == each] == []


def test_past_orders_and_held_ones_have_the_titles_of_their_films_in_the_visitors_language(client: Client) -> None:
    customer, session = factories.a_customer(), factories.a_session(start=clock.now() + timedelta(hours=3))
    Film.objects.update(title="Солярис", texts={"en": {"title": "Solaris"}})
    factories.an_order(session, customer=customer, at=clock.now())
    client.force_login(customer)

    page = client.get("/account/?lang=en").content.decode()

    assert "<b>Solaris</b>" in page
    assert "You’re holding 1 seat for “Solaris”" in client.get("/?lang=en").content.decode()
    assert "Солярис" not in page


def test_the_account_shows_the_codes_of_tickets_that_are_ahead_the_next_ones_first(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    customer, now = factories.a_customer(), clock.now()
    hall = factories.a_hall()
    later, sooner, over = (
        factories.a_session(factories.a_hall(hall.cinema), start=now + timedelta(hours=hours)) for hours in (30, 2, -5)
    )
    for session in (later, sooner, over):
        factories.a_paid_order(session, seats=2, customer=customer, at=session.start_datetime - timedelta(hours=1))
    factories.an_order(later, customer=customer, at=now)
    refunded = factories.a_paid_order(sooner, customer=customer, at=now)
    refund(refunded, reason="Ill", at=now)
    client.force_login(customer)

    with django_assert_max_num_queries(9):
        page = client.get("/account/").text

    assert page.count('class="qr"') == 4
    assert page.index(sooner.hall.name) < page.index(later.hall.name) < page.index("All orders")
    assert over.hall.name not in page


@pytest.mark.parametrize("path", ["", "points/", "profile/", "password/"])
def test_customer_pages_redirect_to_sign_in_and_back(client: Client, path: str) -> None:
    assert client.get(f"/account/{path}")["Location"].startswith("/account/sign-in/?next=%2Faccount%2F")


def test_an_order_link_is_sent_only_to_the_order_s_address(client: Client) -> None:
    order = factories.an_order(email=ME)

    find(client, order.number.lower(), ME.upper())
    find(client, order.number, "thief@example.org")
    find(client, "AAAAAAAA", ME)

    message = Notification.objects.get()
    assert (message.kind, message.recipient, message.context["link"]) == (MessageKind.ORDER_LINK, ME, order.link)


def test_the_answer_does_not_reveal_whether_an_order_exists(client: Client) -> None:
    order = factories.an_order(email=ME)

    answers = {
        re.sub(r'value="\w{64}"', "", find(client, number, ME).content.decode())
        for number in (order.number, "AAAAAAAA")
    }

    assert len(answers) == 1


def test_order_lookups_are_rate_limited(client: Client) -> None:
    answers = [find(client, "AAAAAAAA", f"{number}@example.org").status_code for number in range(32)]

    assert answers == [200] * 30 + [429] * 2


def test_signing_out_needs_a_post(client: Client) -> None:
    client.force_login(factories.a_customer())

    assert client.get("/account/sign-out/")["Location"] == "/"
    assert client.get("/account/").status_code == 200

    client.post("/account/sign-out/")

    assert client.get("/account/").status_code == 302


def test_get_requests_change_nothing(client: Client) -> None:
    order = factories.a_paid_order(customer=factories.a_customer(points=10))
    client.force_login(order.user)
    path = link_sent(Client(), ME)
    before = business_state()

    for page in (
        "/",
        "/account/",
        "/account/points/",
        "/account/profile/",
        f"/order/{order.token}/refund/",
        path,
        "/find/",
    ):
        assert client.get(page).status_code == 200

    assert business_state() == before


# --- Helpers


def a_customer_with_password() -> User:
    return User.objects.create_user(ME, PASSWORD)


def ask_for_link(client: Client, email: str, **more: str) -> Any:
    return client.post("/account/sign-in/link/", {"email": email, **more})


def link_sent(client: Client, email: str, **more: str) -> str:
    ask_for_link(client, email, **more)
    message = Notification.objects.filter(kind=MessageKind.SIGN_IN).latest("pk")
    return str(message.context["link"]).removeprefix(live_settings.SITE_URL)


def find(client: Client, number: str, email: str) -> Any:
    return client.post("/find/", {"number": number, "email": email})
