from datetime import timedelta

import pytest

from concessions.models import ConcessionItem
from concessions.services.recipes import available
from demo import till_and_bar
from demo.till_and_bar import add_gift_cards, add_recipe_and_combo
from payments.models import GiftCard, LegalEntity, Shift
from payments.services import find_gift_card
from tests.helpers.factories import NOON, a_cinema, an_item
from tests.helpers.users import someone
from tests.reliability.run_job import invariant_violations

pytestmark = pytest.mark.django_db


@pytest.fixture
def cinema():
    cinema = a_cinema()
    cinema.legal_entity = LegalEntity.objects.create(name="Kino", tax_number="7707083893", tax_system="GENERAL")
    cinema.save()
    water = an_item(cinema)
    water.name = till_and_bar.WATER
    water.save()
    someone("cinema_manager", cinema)
    return cinema


def test_a_portion_and_a_combo_can_be_sold_from_what_is_on_the_shelf(cinema):
    add_recipe_and_combo(at=NOON)

    sold = list(ConcessionItem.objects.filter(name__in=[till_and_bar.PORTION, till_and_bar.COMBO]).order_by("pk"))
    left = available(sold)
    assert [left[each.pk] for each in sold] == [250, 100]
    assert {part.part.kind for each in sold for part in each.parts.all()} == {"INGREDIENT", "MADE", "GOODS"}
    for part in (part for each in sold for part in each.parts.all()):
        part.full_clean()
    assert invariant_violations() == []


def test_gift_cards_are_sold_in_a_counted_shift_and_one_can_be_tried(cinema):
    code = add_gift_cards(at=NOON)

    assert find_gift_card(code, cinema=cinema).balance == 3000
    assert sorted(GiftCard.objects.values_list("balance", flat=True)) == [1000 - 240, 2000, 3000]
    shift = Shift.objects.get()
    assert (shift.status, shift.difference, shift.opened_at) == (Shift.Status.COUNTED, 0, NOON - timedelta(hours=1))
    assert invariant_violations() == []
