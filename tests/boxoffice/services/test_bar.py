from datetime import timedelta
from typing import Any

import pytest

from boxoffice.services import bar
from concessions.models import ConcessionItem, ConcessionPreorder
from orders.errors import SnacksNotOpen
from screenings.models import Cinema, Session
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import someone

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


def test_paid_orders_of_tonight_are_cards_by_start_and_unpaid_ones_are_not_shown(
    session: Session, cinema: Cinema, item: ConcessionItem
) -> None:
    later = factories.a_session(factories.a_hall(cinema), start=NOON + timedelta(hours=4))
    tomorrow = factories.a_session(factories.a_hall(cinema), start=NOON + timedelta(days=1))
    second = factories.a_paid_order(later, snacks=[(item, 1)])
    first = factories.a_paid_order(session, snacks=[(item, 2)])
    factories.an_order(session, snacks=[(item, 3)])
    factories.a_paid_order(tomorrow, snacks=[(item, 4)])
    factories.a_paid_order(snacks=[(factories.an_item(), 5)])

    found = bar.cards(cinema, at=NOON + timedelta(minutes=95))

    assert [(card.order, card.is_due) for card in found] == [(first, True), (second, False)]


def test_cards_cost_two_queries(
    session: Session, cinema: Cinema, item: ConcessionItem, django_assert_num_queries
) -> None:
    for _number in range(3):
        factories.a_paid_order(session, snacks=[(item, 1)])

    with django_assert_num_queries(2):
        assert len(bar.cards(cinema, at=NOON)) == 3


def test_the_wall_shows_codes_when_everything_under_them_is_ready_until_it_is_handed_over(
    session: Session, cinema: Cinema, item: ConcessionItem
) -> None:
    barkeeper = someone("bar", cinema)
    order = factories.a_paid_order(session, snacks=[(item, 1), (factories.an_item(cinema), 1)])
    code = order.preorders.first().pickup_code
    assert bar.ready_codes(cinema, at=NOON) == []

    bar.prepare(order, at=NOON, actor=barkeeper)
    assert bar.ready_codes(cinema, at=NOON) == [code]
    assert bar.order_of_code(code.lower(), cinema=cinema) == order
    assert bar.order_of_code(code, cinema=factories.a_cinema()) is None

    assert len(bar.hand_over(order, at=NOON, actor=barkeeper)) == 2
    assert bar.ready_codes(cinema, at=NOON) == []
    assert bar.cards(cinema, at=NOON) == []


@pytest.mark.parametrize(("service", "step"), [(bar.prepare, "make_ready"), (bar.hand_over, "collect")])
def test_all_snacks_of_an_order_change_or_none(
    session: Session, cinema: Cinema, item: ConcessionItem, service: Any, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = factories.a_paid_order(session, snacks=[(item, 1), (factories.an_item(cinema), 1)])
    last, change = order.preorders.order_by("pk").last(), getattr(bar, step)

    def refuse_last(snacks: ConcessionPreorder, **arguments: Any) -> ConcessionPreorder:
        if snacks == last:
            raise SnacksNotOpen("Somebody else was faster.")
        return change(snacks, **arguments)

    monkeypatch.setattr(bar, step, refuse_last)
    with pytest.raises(SnacksNotOpen):
        service(order, at=NOON, actor=someone("bar", cinema))

    assert set(order.preorders.values_list("status", flat=True)) == {ConcessionPreorder.Status.PENDING}
