"""A refusal changes nothing: `with raises_unchanged(SeatTaken): hold(...)`."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cinema.status import Refused
from tests.helpers.factories import business_state


@contextmanager
def raises_unchanged(error: type[Refused]) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The block must raise exactly `error`, not a subclass, and leave the business state unchanged."""
    before = business_state()

    with pytest.raises(error) as caught:
        yield caught

    assert caught.type is error
    assert business_state() == before
