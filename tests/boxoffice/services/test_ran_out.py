from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import LimitUse
from boxoffice.errors import NotASubstitute
from boxoffice.services import bar, ran_out
from concessions.models import ConcessionItem, ConcessionPreorder, ItemPart
from concessions.services import take_off_sale
from notifications.models import Notification
from notifications.rendering import render_email
from orders.models import OrderChange
from orders.services import refund
from orders.services.receipts.lines import paid_parts, sold_in
from screenings.models import Cinema, Session
from tests.helpers import factories
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Session:
    return factories.a_session(start=NOON + timedelta(hours=2))


@pytest.fixture
def cinema(session: Session) -> Cinema:
    return session.hall.cinema


@pytest.fixture
def item(cinema: Cinema) -> ConcessionItem:
    return factories.an_item(cinema)


def test_an_item_that_ran_out_is_refunded_in_every_order_that_waits_for_it(
    session: Session, cinema: Cinema, item: ConcessionItem
) -> None:
    other = factories.an_item(cinema)
    waiting = factories.a_paid_order(session, snacks=[(item, 2), (other, 1)], email="anna@example.org")
    prepared = factories.a_paid_order(session, snacks=[(item, 1)])
    unpaid = factories.an_order(session, snacks=[(item, 1)])
    manager = someone("floor_manager", cinema)
    bar.prepare(prepared, at=NOON, actor=manager)

    done, refused = ran_out.refund_item(item, reason="Sold out", at=NOON, actor=manager)

    item.refresh_from_db()
    told = Notification.objects.filter(kind="ORDER_REFUNDED").values_list("recipient", flat=True)
    assert (item.is_active, refused) == (False, [])
    assert [(each.order, each.amount) for each in done] == [(waiting, 2 * item.price)]
    assert list(told) == ["anna@example.org"]
    assert dict(waiting.preorders.values_list("concession_item", "status")) == {
        item.pk: ConcessionPreorder.Status.AVAILABLE,
        other.pk: ConcessionPreorder.Status.PENDING,
    }
    assert {each.preorders.get().status for each in (prepared, unpaid)} == {"READY", "PENDING"}
    assert invariant_violations() == []


def test_an_order_above_the_limit_does_not_stop_the_others(
    session: Session, cinema: Cinema, item: ConcessionItem, settings: Any
) -> None:
    settings.APPROVAL_LIMITS = {"orders.refund": item.price}
    large, small = (factories.a_paid_order(session, snacks=[(item, number)]) for number in (2, 1))

    done, refused = ran_out.refund_item(item, reason="Sold out", at=NOON, actor=someone("floor_manager", cinema))

    assert [each.order for each in done] == [small]
    assert [order for order, _why in refused] == [large]


def stock(item: ConcessionItem) -> int:
    return ConcessionItem.objects.values_list("stock_quantity", flat=True).get(pk=item.pk)


def test_whoever_waits_for_it_gets_something_else_at_the_price_that_was_paid(
    session: Session, cinema: Cinema, item: ConcessionItem
) -> None:
    dearer, barkeeper = factories.an_item(cinema, stock=5, price=Decimal(150)), someone("bar", cinema)
    order = factories.a_paid_order(session, snacks=[(item, 2)], email="anna@example.org")
    take_off_sale(item)

    done, refused = ran_out.substitute(item, by=dearer, at=NOON, actor=barkeeper)

    snacks = order.preorders.get()
    letter = render_email(Notification.objects.get(kind="SNACKS_REPLACED")).body
    assert (done, refused, ran_out.waiting_for(item, at=NOON)) == ([order], [], [])
    assert (snacks.concession_item, snacks.instead_of, snacks.paid) == (dearer, item, 2 * item.price)
    assert (stock(item), stock(dearer)) == (100, 3)
    assert LimitUse.objects.get(service="orders.refund").amount == 60
    assert OrderChange.objects.get().details == f"2 × {item} → {dearer}"
    assert letter.index(item.name) < letter.index(dearer.name)
    assert invariant_violations() == []


def test_guests_are_told_once_however_often_two_items_take_each_others_place(
    session: Session, cinema: Cinema, item: ConcessionItem
) -> None:
    other, barkeeper = factories.an_item(cinema), someone("bar", cinema)
    order = factories.a_paid_order(session, snacks=[(item, 1)], email="anna@example.org")
    ran_out.substitute(item, by=other, at=NOON, actor=barkeeper)
    ConcessionItem.objects.update(is_active=True)

    done, refused = ran_out.substitute(other, by=item, at=NOON, actor=barkeeper)

    assert (done, [each for each, _why in refused]) == ([], [order])
    assert Notification.objects.get(kind="SNACKS_REPLACED").recipient == "anna@example.org"
    assert order.preorders.get().concession_item == other


def test_receipts_go_on_naming_what_was_paid_and_a_refund_returns_its_price(
    session: Session, cinema: Cinema, item: ConcessionItem, settings: Any
) -> None:
    settings.RECEIPTS_SINCE = factories.LONG_AGO
    dearer, manager = factories.an_item(cinema, price=Decimal(150)), someone("floor_manager", cinema)
    order = factories.a_paid_order(session, snacks=[(item, 2)])
    ran_out.substitute(item, by=dearer, at=NOON, actor=manager)

    assert [each.name for each in sold_in(order, paid_parts([order.pk])[order.pk]).items][-1] == item.name
    done = refund(order, lines=[order.preorders.get()], reason="Ill", at=NOON, actor=manager)

    assert (done.amount, stock(item), stock(dearer)) == (2 * item.price, 100, 100)
    assert invariant_violations() == []


def test_only_what_is_enough_for_all_and_no_cheaper_is_offered(
    session: Session, cinema: Cinema, item: ConcessionItem
) -> None:
    barkeeper = someone("bar", cinema)
    cup = factories.an_item(cinema, kind=ConcessionItem.Kind.INGREDIENT)
    same, made_of_it = (
        factories.an_item(cinema),
        factories.an_item(cinema, stock=0, low_stock_percent=0, kind=ConcessionItem.Kind.MADE),
    )
    for whole, part in ((made_of_it, item), (made_of_it, cup)):
        ItemPart.objects.create(whole=whole, part=part, units=1)
    factories.an_item(cinema, price=item.price - 1)
    factories.an_item(cinema, stock=2)
    factories.an_item(cinema, is_active=False)
    factories.an_item()
    assert ran_out.substitutes(item, waiting=[]) == []
    for number in (1, 2):
        factories.a_paid_order(session, snacks=[(item, number)])

    assert ran_out.substitutes(item, waiting=ran_out.waiting_for(item, at=NOON)) == [same]
    with raises_unchanged(NotASubstitute):
        ran_out.substitute(item, by=cup, at=NOON, actor=barkeeper)


def test_what_is_above_the_limit_of_whoever_gives_it_is_refused(
    session: Session, cinema: Cinema, item: ConcessionItem, settings: Any
) -> None:
    settings.APPROVAL_LIMITS = {"orders.refund": Decimal(30)}
    dearer = factories.an_item(cinema, price=item.price + 30)
    large, small = (factories.a_paid_order(session, snacks=[(item, number)]) for number in (2, 1))

    done, refused = ran_out.substitute(item, by=dearer, at=NOON, actor=someone("floor_manager", cinema))

    assert (done, [order for order, _why in refused]) == ([small], [large])
    assert (stock(item), stock(dearer)) == (98, 99)
    assert invariant_violations() == []
