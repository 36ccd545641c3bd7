"""Batches of promo codes: made once, shown once, each for one order, stopped whole or singly."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from allocations.errors import BatchSizeRefused, CodeNotStopped, CodesExported, PatternIsSecret
from allocations.models import BatchCode, CodeBatch
from allocations.services import begin_export, exported_codes, make_codes, stop_codes
from allocations.services.code_batches import FETCHED_WITHIN
from orders.errors import PromocodeNotValid, PromocodeUsedUp
from orders.models import Promocode
from orders.services import cancel
from tests.helpers.assertions import raises_unchanged
from tests.helpers.factories import NOON, a_promocode, a_session, an_order
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return someone("owner")


@pytest.fixture
def batch(owner):
    return make_codes(a_promocode(), name="Mailing", size=3, prefix="spring", at=NOON, actor=owner)


def codes_of(batch):
    return list(Promocode.objects.filter(of_batch__batch=batch).order_by("pk"))


def test_each_code_has_the_terms_that_the_pattern_had_and_works_for_one_order(owner):
    session = a_session()
    pattern = a_promocode(film=session.film, tickets_only=True, least_total=100, weekdays="12345")

    batch = make_codes(pattern, name="Mailing", size=3, prefix="spring", at=NOON, actor=owner)
    pattern.discount_percent = 90
    pattern.save()

    codes = codes_of(batch)
    assert len({each.code for each in codes}) == 3
    assert {each.code[:7] for each in codes} == {"SPRING-"}
    terms = {(each.discount_percent, each.film, each.tickets_only, each.least_total, each.weekdays) for each in codes}
    assert terms == {(10, session.film, True, 100, "12345")}
    assert {each.max_uses for each in codes} == {1}


def test_a_code_works_once_and_again_only_if_its_order_was_never_paid(batch):
    session, code = a_session(), codes_of(batch)[0].code
    order = an_order(session, promocode=code.lower())

    with raises_unchanged(PromocodeUsedUp):
        an_order(session, promocode=code)
    assert counted(batch) == (1, 2)

    cancel([order], reason="EXPIRED", at=NOON)

    assert counted(batch) == (0, 3)
    assert an_order(session, promocode=code).discount_amount > 0


def counted(batch):
    row = CodeBatch.objects.with_counts().get(pk=batch.pk)
    return row.used, row.left


def test_codes_are_exported_to_one_person_within_minutes_and_never_again(batch, owner):
    begin_export(batch, at=NOON, actor=owner)
    batch.refresh_from_db()

    assert exported_codes(batch, at=NOON, actor=owner) == sorted(each.code for each in codes_of(batch))
    with raises_unchanged(CodesExported):
        begin_export(batch, at=NOON, actor=owner)
    with raises_unchanged(CodesExported):
        exported_codes(batch, at=NOON + FETCHED_WITHIN, actor=owner)
    other = someone("cinema_manager")
    with raises_unchanged(CodesExported):
        exported_codes(batch, at=NOON + timedelta(minutes=1), actor=other)


def test_codes_that_are_left_are_stopped_and_orders_keep_their_discount(batch, owner):
    session, codes = a_session(), codes_of(batch)
    order = an_order(session, promocode=codes[0].code)

    assert stop_codes(batch, code=f" {codes[1].code.lower()} ", at=NOON, actor=owner) == 1
    batch.refresh_from_db()
    assert batch.stopped_at is None
    assert stop_codes(batch, at=NOON, actor=owner) == 1

    batch.refresh_from_db()
    order.refresh_from_db()
    assert (batch.stopped_at, batch.stopped_by) == (NOON, owner)
    assert order.discount_amount > 0
    assert counted(batch) == (1, 0)
    with raises_unchanged(PromocodeNotValid):
        an_order(session, promocode=codes[2].code)
    with raises_unchanged(CodeNotStopped):
        stop_codes(batch, at=NOON, actor=owner)


def test_a_code_of_another_batch_is_not_stopped(batch, owner):
    other = make_codes(batch.pattern, name="Prizes", size=1, at=NOON, actor=owner)

    with raises_unchanged(CodeNotStopped):
        stop_codes(batch, code=codes_of(other)[0].code, at=NOON, actor=owner)


@pytest.mark.parametrize("size", [0, CodeBatch.MOST + 1])
def test_a_batch_has_some_codes_and_not_too_many(owner, size):
    pattern = a_promocode()

    with raises_unchanged(BatchSizeRefused):
        make_codes(pattern, name="Mailing", size=size, at=NOON, actor=owner)


def test_the_code_of_a_batch_is_no_pattern_and_belongs_to_no_other(batch, owner):
    code = codes_of(batch)[0]

    with raises_unchanged(PatternIsSecret):
        make_codes(code, name="More", size=2, at=NOON, actor=owner)
    with pytest.raises(IntegrityError):
        BatchCode.objects.create(batch=batch, promocode=code)


def test_a_large_batch_takes_few_queries(owner, django_assert_max_num_queries):
    pattern = a_promocode()

    with django_assert_max_num_queries(30):
        batch = make_codes(pattern, name="Mailing", size=1_000, at=NOON, actor=owner)

    assert len(codes_of(batch)) == 1_000
