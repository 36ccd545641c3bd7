from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections, transaction

from cinema.status import ConcurrentChange
from jobs.claims import CLAIM_DURATION, SENDING_LIMIT, Backoff, TimeLimit, claim, lock_due, new_sender, still_claimed
from payments.models import Payment, Refund
from tests.helpers.factories import a_paid_order
from tests.helpers.sample_jobs import NOON, Clock

MINUTE = timedelta(minutes=1)


def a_refund() -> Refund:
    order = a_paid_order()
    payment = Payment.objects.get(order=order)
    return Refund.objects.create(order=order, payment=payment, amount=order.final_amount, requested_at=NOON)


def test_a_row_waits_longer_after_each_failure_and_is_given_up_after_the_last() -> None:
    backoff = Backoff([MINUTE, 5 * MINUTE])

    assert backoff.max_attempts == 3
    assert [backoff.after(attempts) for attempts in (1, 2, 3, 4)] == [MINUTE, 5 * MINUTE, None, None]


def test_a_claim_outlives_the_time_that_a_sender_works_on_a_batch() -> None:
    assert SENDING_LIMIT < CLAIM_DURATION


def test_the_time_limit_is_over_once_it_is_exceeded(clock: Clock) -> None:
    limit = TimeLimit(MINUTE)

    clock.forward(60)
    before = limit.is_over
    clock.forward(0.5)

    assert (before, limit.is_over, limit.elapsed) == (False, True, timedelta(seconds=60.5))


def test_each_sender_has_a_name_of_its_own() -> None:
    assert new_sender() != new_sender()
    assert len(new_sender()) <= 64


@pytest.mark.django_db
def test_a_claimed_row_belongs_to_its_sender_until_the_claim_expires() -> None:
    row = a_refund()

    claim([row], sender="one", at=NOON)

    stored = Refund.objects.get()
    assert (stored.claimed_by, stored.attempts, stored.next_attempt_at) == ("one", 1, NOON + CLAIM_DURATION)
    assert (row.claimed_by, row.attempts, row.next_attempt_at) == ("one", 1, NOON + CLAIM_DURATION)
    with transaction.atomic():
        assert still_claimed(Refund.objects.all(), sender="one") == {row.pk}
        assert still_claimed(Refund.objects.all(), sender="another") == set()


@pytest.mark.django_db
def test_a_row_that_another_sender_claimed_since_it_was_read_is_refused_and_none_is_claimed() -> None:
    first, second = a_refund(), a_refund()
    claim([Refund.objects.get(pk=second.pk)], sender="quicker", at=NOON)

    with pytest.raises(ConcurrentChange), transaction.atomic():
        claim([first, second], sender="slower", at=NOON)

    assert list(Refund.objects.order_by("pk").values_list("claimed_by", "attempts")) == [("", 0), ("quicker", 1)]


@pytest.mark.django_db
def test_an_expired_claim_can_be_taken_over() -> None:
    row = a_refund()
    claim([row], sender="killed", at=NOON)

    claim([Refund.objects.get()], sender="next", at=NOON + CLAIM_DURATION)

    assert Refund.objects.values_list("claimed_by", "attempts").get() == ("next", 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_rows_that_another_sender_is_claiming_are_skipped() -> None:
    row = a_refund()
    found: list[list[Refund]] = []

    def look() -> None:
        with transaction.atomic():
            found.append(lock_due(Refund.objects.all()))
        connections.close_all()

    with transaction.atomic():
        assert [each.pk for each in lock_due(Refund.objects.all())] == [row.pk]
        other = Thread(target=look)
        other.start()
        other.join(20)

    assert found == [[]]
