"""A refusal changes nothing: `with refused(SeatTaken): hold(...)`."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cinema.lives import Refused
from tests.scenes import dump


@contextmanager
def refused(error: type[Refused]) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """What runs within raises exactly `error`, and leaves the whole business state as it was."""
    before = dump()

    with pytest.raises(error) as caught:
        yield caught

    assert caught.type is error
    assert dump() == before
