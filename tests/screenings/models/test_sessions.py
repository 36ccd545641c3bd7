"""Whether a session is on sale: queryset and method agree."""

from datetime import timedelta
from typing import Any

import pytest

from screenings.models import Session
from tests.helpers.screening_rows import AT, session

pytestmark = pytest.mark.django_db

SOON = AT + timedelta(seconds=1)


@pytest.mark.parametrize("status", Session.Status.values)
@pytest.mark.parametrize("start", [AT - timedelta(hours=1), AT, SOON])
@pytest.mark.parametrize("archived_at", [None, AT])
def test_a_session_is_on_sale_until_it_starts_while_it_is_scheduled(status: str, start: Any, archived_at: Any) -> None:
    showing = session(start=start, status=status, archived_at=archived_at)

    expected = status == Session.Status.SCHEDULED and start == SOON and archived_at is None
    assert showing.is_on_sale(AT) is expected
    assert Session.objects.on_sale(AT).exists() is expected
