"""Rows that take long to make, made once for all tests of a module."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from pytest_django import DjangoDbBlocker


@contextmanager
def rows_of_a_module(blocker: DjangoDbBlocker) -> Iterator[None]:
    """For a fixture of scope "module": rows made within it stay until its end, and each test undoes only its own.

    What `TestCase.setUpTestData` is for a class. The tests use `django_db` without `transaction`, and change no object
    that the fixture hands out: the next test would see it. Services within may own a durable transaction, as in a test,
    hence Django's own mark.
    """
    atomic = transaction.atomic()
    atomic._from_testcase = True  # type: ignore[attr-defined]
    with blocker.unblock(), atomic:
        yield
        transaction.set_rollback(True)
