import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.test import Client

from accounts.models import User
from notifications.models import MessageKind, Notification
from orders.models import Order
from orders.services import accrue, complete, refund
from tests.helpers import factories
from tests.helpers.factories import NOON, business_state
from tests.helpers.users import PASSWORD, someone

pytestmark = pytest.mark.django_db

ME = "me@example.org"


def test_a_link_opens_an_account_once_and_finds_what_was_bought_as_a_guest(client: Client) -> None:
    mine = factories.an_order(email=ME)
    other = factories.an_order(email="other@example.org")
    path = link_sent(client, ME)

    assert client.get(path).status_code == 200
    assert not User.objects.filter(email=ME).exists()  # to look is not to press
    assert client.post(path)["Location"] == "/account/"

    user = User.objects.get(email=ME)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert (mine.user, other.user) == (user, None)
    assert mine.number in client.get("/account/").content.decode()
    assert Client().post(path).status_code == 410


def test_a_link_works_for_a_while_only(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_nobody_learns_whether_an_address_has_an_account(client: Client) -> None:
    factories.a_customer()
    known = User.objects.get()
    switched_off = User.objects.create_user("off@example.org", is_active=False)
    staff = someone(email="boss@example.org")

    answers = {
        re.sub(r"\S+@example.org|value=\"\w{64}\"", "", ask_for_link(client, email).content.decode())
        for email in (known.email, "nobody@example.org", switched_off.email, staff.email)
    }

    assert len(answers) == 1
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == ["nobody@example.org", known.email]


def test_letters_with_links_cannot_be_rained_on_anybody(client: Client) -> None:
    answers = [ask_for_link(client, ME).status_code for _each in range(7)]

    assert answers == [200] * 5 + [429] * 2


def test_one_signs_in_by_password_and_goes_on_to_where_one_was(client: Client) -> None:
    user = a_customer_with_password()

    answer = client.post("/account/sign-in/", {"username": user.email.upper(), "password": PASSWORD, "next": "/find/"})

    assert answer["Location"] == "/find/"
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"],
)
def test_nobody_is_led_to_another_site(client: Client, address: str) -> None:
    user = a_customer_with_password()

    answer = client.post("/account/sign-in/", {"username": user.email, "password": PASSWORD, "next": address})

    assert answer["Location"] == "/account/"


def test_passwords_cannot_be_tried_for_long(client: Client) -> None:
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


def test_who_came_by_a_link_sets_a_password_without_the_old_one(client: Client) -> None:
    user = a_customer_with_password()
    elsewhere = Client()
    elsewhere.force_login(user)
    client.post(link_sent(client, user.email))

    client.post("/account/password/", {"new": "another open space"})

    user.refresh_from_db()
    assert user.check_password("another open space")
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302  # other devices are signed out


def test_who_is_signed_in_by_password_has_to_know_it_to_change_it(client: Client) -> None:
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
        {"first_name": "Ann", "last_name": "", "phone": "+7 900", "preferred_language": "en", "is_staff": "on",
         "email": "x@example.org", "all_cinemas": "on"},
    )  # fmt: skip

    user.refresh_from_db()
    assert (user.first_name, user.phone, user.preferred_language) == ("Ann", "+7 900", "en")
    assert (user.is_staff, user.all_cinemas, user.email == "x@example.org") == (False, False, False)


def test_every_movement_of_points_is_explained(client: Client) -> None:
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


def test_orders_of_others_are_not_among_mine(client: Client) -> None:
    mine, other = factories.a_customer(), factories.a_customer()
    order = factories.an_order(customer=other)
    client.force_login(mine)

    assert order.number not in client.get("/account/").content.decode()


@pytest.mark.parametrize("path", ["", "points/", "profile/", "password/"])
def test_who_is_not_signed_in_signs_in_first_and_comes_back(client: Client, path: str) -> None:
    assert client.get(f"/account/{path}")["Location"].startswith("/account/sign-in/?next=%2Faccount%2F")


def test_a_link_to_an_order_is_sent_to_its_own_address_only(client: Client) -> None:
    order = factories.an_order(email=ME)

    find(client, order.number.lower(), ME.upper())
    find(client, order.number, "thief@example.org")
    find(client, "AAAAAAAA", ME)

    letter = Notification.objects.get()
    assert (letter.kind, letter.recipient, letter.context["link"]) == (MessageKind.ORDER_LINK, ME, order.link)


def test_the_answer_does_not_say_whether_there_is_such_an_order(client: Client) -> None:
    order = factories.an_order(email=ME)

    answers = {
        re.sub(r'value="\w{64}"', "", find(client, number, ME).content.decode())
        for number in (order.number, "AAAAAAAA")
    }

    assert len(answers) == 1


def test_orders_cannot_be_looked_for_for_long(client: Client) -> None:
    answers = [find(client, "AAAAAAAA", f"{number}@example.org").status_code for number in range(32)]

    assert answers == [200] * 30 + [429] * 2


def test_signing_out_needs_a_press_and_forgets_who_one_was(client: Client) -> None:
    client.force_login(factories.a_customer())

    assert client.get("/account/sign-out/")["Location"] == "/"
    assert client.get("/account/").status_code == 200

    client.post("/account/sign-out/")

    assert client.get("/account/").status_code == 302


def test_looking_changes_nothing(client: Client) -> None:
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


# --- A customer's hands


def a_customer_with_password() -> User:
    return User.objects.create_user(ME, PASSWORD)


def ask_for_link(client: Client, email: str) -> Any:
    return client.post("/account/sign-in/link/", {"email": email})


def link_sent(client: Client, email: str) -> str:
    ask_for_link(client, email)
    letter = Notification.objects.filter(kind=MessageKind.SIGN_IN).latest("pk")
    return str(letter.context["link"]).removeprefix(live_settings.SITE_URL)


def find(client: Client, number: str, email: str) -> Any:
    return client.post("/find/", {"number": number, "email": email})
