from datetime import date, timedelta
from decimal import Decimal

import pytest

from cinema.status import Refused
from cinema.validators import ReasonNeeded
from reports.errors import DifferenceSettled
from reports.models import BusinessDay, DayCheck
from reports.services import settle
from tests.helpers.factories import NOON, a_cinema
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def day():
    return BusinessDay.objects.create(
        cinema=a_cinema(), date=date(2026, 11, 5), starts_at=NOON, ends_at=NOON + timedelta(days=1), closed_at=NOON
    )


def a_check(day, left, right):
    return DayCheck.objects.create(day=day, name=DayCheck.Name.MONEY, left=Decimal(left), right=Decimal(right))


def test_a_difference_is_explained_once_and_its_figures_stay(day):
    check, accountant = a_check(day, 500, 470), someone()

    settled = settle(check, note="  Paid twice, refunded in cash ", actor=accountant, at=NOON)

    check.refresh_from_db()
    assert (check.settled_by, check.settled_at, check.note) == (accountant, NOON, "Paid twice, refunded in cash")
    assert (settled.left, settled.right, settled.state()) == (Decimal(500), Decimal(470), DayCheck.State.SETTLED)
    assert list(DayCheck.objects.open()) == []
    with pytest.raises(DifferenceSettled):
        settle(check, note="Again", actor=accountant, at=NOON)


@pytest.mark.parametrize(("right", "note", "refusal"), [(500, "Why not", DifferenceSettled), (470, "  ", ReasonNeeded)])
def test_what_agrees_cannot_be_explained_nor_anything_without_a_note(day, right, note, refusal):
    check = a_check(day, 500, right)

    with pytest.raises(refusal) as refused:
        settle(check, note=note, actor=someone(), at=NOON)

    assert isinstance(refused.value, Refused)
    check.refresh_from_db()
    assert check.settled_at is None
