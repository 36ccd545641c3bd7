"""In the shop only customers count as signed in; staff and anonymous visitors are guests."""

from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from orders.models import Order
from storefront.request_identity import customer
from tests.helpers import factories
from tests.helpers.users import someone


def test_staff_and_anonymous_visitors_are_not_customers(rf: RequestFactory, db: None) -> None:
    request = rf.get("/")
    assert customer(request) is None  # as on an error page, where the user may not have been loaded

    for user, expected in [(AnonymousUser(), False), (someone("cashier"), False), (factories.a_customer(), True)]:
        request.user = user
        assert customer(request) == (user if expected else None)


def test_orders_bought_by_staff_are_not_linked_to_their_account(client: Client) -> None:
    cashier = someone("cashier")
    client.force_login(cashier)
    session = factories.a_session()
    seat = factories.free_seats(session)[0]
    address = f"/sessions/{session.pk}/checkout/?seat={seat.pk}"

    page = client.get(address).content.decode()
    answer = client.post(address, {"email": "guest@example.org", f"type-{seat.pk}": factories.an_adult().pk})

    order = Order.objects.get()
    assert cashier.email not in page
    assert (order.user, order.email) == (None, "guest@example.org")
    assert 'href="/account/sign-in/"' in client.get(answer["Location"]).content.decode()


def test_staff_are_asked_to_sign_in_as_a_customer_and_stay_signed_in_to_the_admin(client: Client) -> None:
    client.force_login(someone("owner"))

    for path in ("/account/", "/account/points/", "/account/profile/", "/account/password/", "/account/data.json"):
        answer = client.get(path, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/account/sign-in/")
        assert len(answer.redirect_chain) == 1
    assert client.get("/admin/").status_code == 200


def test_the_language_staff_choose_in_the_shop_does_not_change_their_account(client: Client) -> None:
    boss = someone("owner", preferred_language="ru")
    client.force_login(boss)

    client.post("/language/", {"language": "en", "next": "/"})

    boss.refresh_from_db()
    assert boss.preferred_language == "ru"
