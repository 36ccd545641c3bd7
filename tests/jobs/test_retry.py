import errno

import pytest
from django.db import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    connection,
)

from jobs.retry import WAITS, is_infrastructure, one_line, with_retries
from tests.helpers.sample_jobs import Clock

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "is_the_machines"),
    [
        (OperationalError("deadlock detected"), True),
        (InterfaceError("connection already closed"), True),
        (ProgrammingError("permission denied for table orders_order"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (MemoryError(), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (InternalError("current transaction is aborted"), False),
        (IntegrityError("duplicate key"), False),
        (DataError("value too long"), False),
        (ZeroDivisionError(), False),
    ],
)
def test_infrastructure_errors_are_distinguished_from_row_errors(
    error: Exception, is_the_machines: bool, django_user_model: type
) -> None:
    django_user_model.objects.exists()  # opens the connection

    assert is_infrastructure(error) is is_the_machines


def test_an_infrastructure_error_is_retried_three_times(clock: Clock) -> None:
    tries = []

    def locked() -> None:
        tries.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(OperationalError):
        with_retries(locked)

    assert len(tries) == 4
    assert all(wait / 2 <= nap <= wait * 1.5 for wait, nap in zip(WAITS, clock.naps, strict=True))


def test_a_missing_table_is_not_retried(clock: Clock) -> None:
    with pytest.raises((OperationalError, ProgrammingError)), connection.cursor() as cursor:
        with_retries(lambda: cursor.execute("SELECT 1 FROM nowhere"))

    assert clock.naps == []


def test_a_row_error_is_not_retried(clock: Clock) -> None:
    with pytest.raises(ZeroDivisionError):
        with_retries(lambda: 1 // 0)

    assert clock.naps == []


def test_an_error_whose_text_cannot_be_made_is_named_by_its_class() -> None:
    class Unprintable(Exception):
        def __str__(self) -> str:
            return self.args[0].missing  # type: ignore[no-any-return]

    assert one_line(Unprintable(None)) == "Unprintable"


def test_an_error_is_cut_to_its_message() -> None:
    error = IntegrityError("duplicate key\nDETAIL:  Key (recipient)=(anna@example.com) already exists.")

    assert one_line(error) == "IntegrityError: duplicate key"
