import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.models import MessageKind, Notification, Status
from notifications.services import Message, queue
from tests.helpers import factories
from tests.helpers.fakes.mail import CONTEXTS, LATER, NOW, message

pytestmark = pytest.mark.django_db


def test_a_message_queued_twice_for_one_occasion_is_stored_once() -> None:
    queue([message(), message()], at=NOW)
    queue([message()], at=LATER)

    only = Notification.objects.get()
    assert (only.status, only.created_at, only.attempts) == (Status.QUEUED, NOW, 0)


def test_another_kind_recipient_or_occasion_is_another_message() -> None:
    queue(
        [
            message(),
            message(recipient="other@example.com"),
            message(occasion="A-2"),
            message(MessageKind.ORDER_REFUNDED),
        ],
        at=NOW,
    )

    assert Notification.objects.count() == 4


def test_a_message_without_a_recipient_is_not_queued() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        queue([message(recipient=""), message(recipient="  ")], at=NOW)

    assert len(queries) == 0
    assert Notification.objects.count() == 0


def test_messages_are_rolled_back_with_their_transaction() -> None:
    with transaction.atomic():
        queue([message()], at=NOW)
        transaction.set_rollback(True)

    assert Notification.objects.count() == 0


def test_a_batch_is_queued_in_as_many_queries_as_one_message() -> None:
    with CaptureQueriesContext(connection) as one:
        queue([message()], at=NOW)
    with CaptureQueriesContext(connection) as many:
        queue([message(occasion=f"B-{number}") for number in range(40)], at=NOW)

    assert len(many) == len(one)
    assert Notification.objects.count() == 41


def test_messages_of_a_batch_are_stored_as_each_would_be_alone() -> None:
    cinema = factories.a_cinema()
    given = {"cinema": cinema.pk, "not_after": LATER, "only_for": {"permissions": [], "cinemas": [cinema.pk]}}
    context = {**CONTEXTS[MessageKind.ORDER_CANCELLED], "cinema": "Кино “Ёж” \\ 100 %", "snacks": [["Popcorn", 2]]}
    for number in range(2):
        queue([message(recipient=f" alone{number}@example.com ", context=context, **(given if number else {}))], at=NOW)
    queue(
        [
            message(recipient=f" batch{number}@example.com ", context=context, **(given if number else {}))
            for number in range(2)
        ],
        at=NOW,
    )

    rows = Notification.objects.order_by("pk").values()
    alone, batch = ([row for row in rows if row["recipient"].startswith(name)] for name in ("alone", "batch"))
    for row in (*alone, *batch):
        assert row.pop("uid").version == 4
        row["recipient"] = row["recipient"].removeprefix("alone").removeprefix("batch")
        del row["id"]
    assert batch == alone
    assert [row["recipient"] for row in batch] == ["0@example.com", "1@example.com"]


@pytest.mark.parametrize("kind", MessageKind)
def test_a_message_with_a_missing_context_key_is_refused(kind: MessageKind) -> None:
    for fact in CONTEXTS[kind]:
        context = {name: value for name, value in CONTEXTS[kind].items() if name != fact}
        with pytest.raises(ValueError, match=fact):
            Message(kind=kind, recipient="guest@example.com", occasion="A-1", language="en", context=context)
