from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from model_bakery import baker

from accounts.models import User
from cinema.status import ConcurrentChange
from concessions.models import ConcessionItem, ReorderSuggestion
from concessions.services import alert_low_stock, movements, receive
from notifications.models import MessageKind, Notification
from screenings.models import Cinema
from tests.helpers.concession_rows import item

AT = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)
EARLIER = AT - timedelta(hours=3)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def cinema():
    return baker.make(Cinema, name="Aurora")


def person(email, *cinemas, permitted=True, **fields):
    """Create a member of staff of these cinemas, who is allowed to change their items."""
    made = baker.make(User, **{"email": email, "is_staff": True, "preferred_language": "en", **fields})
    made.cinemas.set(cinemas)
    if permitted:
        made.user_permissions.add(Permission.objects.get(codename="change_concessionitem"))
    return made


def run(at=AT, **options):
    out = StringIO()
    call_command("check_low_stock_items", at=at.isoformat(), stdout=out, **options)
    return out.getvalue()


def alerted():
    return sorted(Notification.objects.values_list("recipient", "context__item"))


def end_state():
    return (
        list(ConcessionItem.objects.order_by("pk").values()),
        sorted(ReorderSuggestion.objects.values_list("concession_item", "quantity", "suggested_at", "settled_at")),
        sorted(Notification.objects.values_list("recipient", "occasion", "language")),
    )


def test_staff_are_alerted_to_low_items_with_a_suggested_quantity(cinema):
    person("bar@example.org", cinema, preferred_language="ru")
    popcorn = item(7, name="Popcorn", cinema=cinema, max_stock_quantity=52, low_since=EARLIER)

    run()

    message = Notification.objects.get()
    assert (message.kind, message.recipient, message.language) == (MessageKind.LOW_STOCK, "bar@example.org", "ru")
    assert message.occasion == f"item {popcorn.pk} low since 2026-11-05T15:30:00+00:00"
    assert message.context == {"cinema": "Aurora", "item": "Popcorn", "stock": 7, "threshold": 11, "suggested": 45}
    suggestion = ReorderSuggestion.objects.get()
    assert (suggestion.concession_item, suggestion.quantity, suggestion.suggested_at) == (popcorn, 45, AT)
    popcorn.refresh_from_db()
    assert popcorn.low_alerted_at == AT


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"stock": 19}, True),
        ({"stock": 20}, False),
        ({"stock": 19, "is_active": False}, False),
        ({"stock": 19, "low_alerted_at": EARLIER}, False),
        ({"stock": 19, "low_since": AT}, True),
        ({"stock": 19, "low_since": AT + MINUTE}, False),
        ({"stock": 0, "low_stock_percent": 0}, False),
        ({"stock": 99, "low_stock_percent": 100}, True),
    ],
)
def test_only_active_low_items_without_an_alert_are_due(cinema, fields, due):
    person("bar@example.org", cinema)
    item(cinema=cinema, **fields)

    run()

    assert Notification.objects.exists() is due
    assert ReorderSuggestion.objects.exists() is due


def test_only_staff_who_may_change_the_items_of_the_cinema_are_alerted(cinema):
    other = baker.make(Cinema, name="Borealis")
    item(5, name="Popcorn", cinema=cinema)
    item(5, name="Cola", cinema=other)
    person("ours@example.org", cinema)
    person("theirs@example.org", other)
    person("both@example.org", cinema, other)
    person("all@example.org", all_cinemas=True)
    person("root@example.org", all_cinemas=True, is_superuser=True, permitted=False)
    person("nowhere@example.org")
    person("rootnowhere@example.org", is_superuser=True, permitted=False)
    person("usher@example.org", cinema, permitted=False)
    person("gone@example.org", cinema, is_active=False)
    person("customer@example.org", cinema, is_staff=False)
    group = Group.objects.create(name="Bar")
    group.permissions.add(Permission.objects.get(codename="change_concessionitem"))
    person("group@example.org", cinema, permitted=False).groups.add(group)

    run()

    assert alerted() == [
        ("all@example.org", "Cola"),
        ("all@example.org", "Popcorn"),
        ("both@example.org", "Cola"),
        ("both@example.org", "Popcorn"),
        ("group@example.org", "Popcorn"),
        ("ours@example.org", "Popcorn"),
        ("root@example.org", "Cola"),
        ("root@example.org", "Popcorn"),
        ("theirs@example.org", "Cola"),
    ]


def test_an_item_without_staff_to_alert_still_gets_its_suggestion(cinema):
    item(5, cinema=cinema)

    run()

    assert ReorderSuggestion.objects.get().quantity == 95
    assert not Notification.objects.exists()


def test_staff_are_alerted_once_and_again_after_a_recovery(cinema):
    person("bar@example.org", cinema)
    popcorn = item(21, cinema=cinema)

    movements.apply({popcorn.pk: -5}, at=AT)
    run(AT)
    movements.apply({popcorn.pk: -5}, at=AT + MINUTE)
    run(AT + 2 * MINUTE)
    once = Notification.objects.count()
    receive(popcorn, quantity=50, at=AT + 3 * MINUTE)
    run(AT + 4 * MINUTE)
    movements.apply({popcorn.pk: -50}, at=AT + 5 * MINUTE)
    run(AT + 6 * MINUTE)

    assert once == 1
    assert Notification.objects.count() == 2


def test_an_item_that_recovers_by_a_lower_threshold_raises_the_next_alert(cinema):
    person("bar@example.org", cinema)
    popcorn = item(15, cinema=cinema)
    run(AT)

    ConcessionItem.objects.update(low_stock_percent=10)
    run(AT + MINUTE)
    lifted = ConcessionItem.objects.get()
    movements.apply({popcorn.pk: -10}, at=AT + 2 * MINUTE)
    run(AT + 3 * MINUTE)

    assert (lifted.low_since, lifted.low_alerted_at) == (None, None)
    assert Notification.objects.count() == 2


def test_an_open_suggestion_is_updated(cinema):
    popcorn = item(10, cinema=cinema)
    ReorderSuggestion.objects.create(concession_item=popcorn, quantity=1, suggested_at=EARLIER, settled_at=EARLIER)
    known = ReorderSuggestion.objects.create(concession_item=popcorn, quantity=3, suggested_at=EARLIER)

    run()

    known.refresh_from_db()
    assert (known.quantity, known.suggested_at) == (90, AT)
    assert ReorderSuggestion.objects.count() == 2


@pytest.mark.parametrize("batch_size", [1, 7, 500])
def test_the_result_does_not_depend_on_the_batch_size(cinema, batch_size):
    person("bar@example.org", cinema)
    low = [item(number, name=f"Item {number}", cinema=cinema) for number in range(20)]
    item(50, name="Already alerted", cinema=cinema, low_alerted_at=EARLIER, low_since=EARLIER)
    item(50, name="Plenty", cinema=cinema)

    run(batch_size=batch_size)

    items, suggestions, messages = end_state()
    assert [(one["low_alerted_at"], one["low_since"]) for one in items] == [(AT, AT)] * 20 + [(None, None)] * 2
    assert suggestions == [(one.pk, 100 - one.stock_quantity, AT, None) for one in low]
    assert messages == sorted(("bar@example.org", f"item {one.pk} low since {AT.isoformat()}", "en") for one in low)


def test_running_the_job_twice_changes_nothing_more(cinema):
    person("bar@example.org", cinema)
    item(5, cinema=cinema)
    run()
    before = end_state()

    again = run()

    assert "0 done" in again
    assert end_state() == before


def test_a_dry_run_shows_what_is_due_and_changes_nothing(cinema):
    person("bar@example.org", cinema)
    item(5, name="Popcorn", cinema=cinema)
    item(50, name="Cola", cinema=cinema, low_alerted_at=EARLIER)
    before = end_state()

    shown = run(dry_run=True)

    assert "low: 1 due" in shown
    assert "recovered: 1 due" in shown
    assert end_state() == before


@pytest.mark.parametrize("step", ["low", "recovered"])
def test_two_items_cost_as_many_queries_as_fifty(cinema, step):
    run()  # the first pass creates the lease
    person("bar@example.org", cinema)
    counts = []
    for many in (2, 50):
        for number in range(many):
            fields = {"stock": 5} if step == "low" else {"stock": 50, "low_alerted_at": EARLIER}
            item(name=f"Item {many} {number}", cinema=cinema, **fields)
        with CaptureQueriesContext(connection) as queries:
            assert f"{many} done" in run()
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_items_that_are_no_longer_low_raise_no_alert(cinema):
    person("bar@example.org", cinema)
    popcorn, cola = item(5, cinema=cinema, name="Popcorn"), item(5, cinema=cinema, name="Cola")
    receive(ConcessionItem.objects.get(pk=cola.pk), quantity=50, at=EARLIER)
    before = end_state()

    with pytest.raises(ConcurrentChange), transaction.atomic():
        alert_low_stock([popcorn, cola], at=AT)

    assert end_state() == before
