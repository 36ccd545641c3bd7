"""Public pages show neither what a session sold once it is off sale, nor films that are not announced."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from screenings.models import Film, Session
from screenings.services import cancel_session
from storefront import urls as shop
from tests.helpers import factories

pytestmark = pytest.mark.django_db

OF_A_SESSION = [str(each.pattern) for each in shop.urlpatterns if str(each.pattern).startswith("sessions/<int:key>/")]
OF_A_FILM = [str(each.pattern) for each in shop.urlpatterns if str(each.pattern).startswith("films/<int:key>/")]
OF_EVERYTHING = ["", "?day=week", "?day=later", "sitemap.xml", "robots.txt"]
PER_REQUEST = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"|DTSTAMP:\w+')


def answers(paths: list[str], key: int = 0, *, query: str = "") -> dict[str, tuple[int, str]]:
    """The status and the text of each page for a new visitor, without what differs in every request."""
    found = {}
    for path in paths:
        for post in (False, True):
            address = f"/{path.replace('<int:key>', str(key))}{query}"
            answer = Client().post(address) if post else Client().get(address)
            found[f"{path} {'POST' if post else 'GET'}"] = (answer.status_code, PER_REQUEST.sub("", answer.text))
    return found


def end(session: Session, how: str, now: datetime) -> None:
    if how == "cancelled":
        cancel_session(session, reason="Projector", at=now)
        return
    start = now - timedelta(minutes=10) if how == "started" else now - timedelta(days=40)
    status = {"started": "ONGOING", "past": "COMPLETED", "archived": "COMPLETED", "late job": "SCHEDULED"}[how]
    Session.objects.filter(pk=session.pk).update(
        start_datetime=start,
        end_datetime=start + timedelta(hours=2),
        free_from=start + timedelta(hours=2),
        status=status,
        archived_at=now if how == "archived" else None,
    )


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("how", ["started", "late job", "past", "archived", "cancelled"])
def test_a_session_off_sale_looks_the_same_whether_it_sold_or_not(how: str) -> None:
    now = timezone.now()
    session = factories.a_session(start=now + timedelta(days=1))
    seats = list(session.hall.seats.order_by("pk"))
    before = Session.objects.filter(pk=session.pk).values().get()
    end(session, how, now)
    queries = ["", f"?seat={seats[0].pk}", f"?seat={seats[0].pk}&seat={seats[-1].pk}", "?view=list"]
    unsold = {query: answers(OF_A_SESSION, session.pk, query=query) for query in queries}
    unsold[""] |= answers([*OF_EVERYTHING, *OF_A_FILM], session.film_id)

    Session.objects.filter(pk=session.pk).update(**before)
    session.refresh_from_db()
    for _number in range(5):
        factories.a_paid_order(session, seats=2, at=now)
    end(session, how, now)
    sold = {query: answers(OF_A_SESSION, session.pk, query=query) for query in queries}
    sold[""] |= answers([*OF_EVERYTHING, *OF_A_FILM], session.film_id)

    assert sold == unsold


@pytest.mark.parametrize("known", ["no session", "no rating"])
def test_a_film_that_is_not_announced_is_on_no_page(known: str) -> None:
    secret = Film.objects.create(title="Not announced", duration_minutes=100, age_rating="12+")
    key = 0
    if known == "no rating":
        session = factories.a_session(start=timezone.now() + timedelta(days=1))
        factories.a_paid_order(session, at=timezone.now())
        Session.objects.filter(pk=session.pk).update(film=secret)
        Film.objects.filter(pk=secret.pk).update(age_rating="")
        key = session.pk
    found: dict[str, Any] = answers(OF_A_FILM, secret.pk) | answers(OF_EVERYTHING)
    of_session = answers(OF_A_SESSION, key)

    hidden = {404, 405, 302}  # whatever the number, what is only posted to leads to the page that is not there
    assert {status for name, (status, _text) in found.items() if name.startswith("films/")} <= hidden
    assert {status for status, _text in of_session.values()} <= hidden
    assert [name for name, (_status, text) in (found | of_session).items() if "Not announced" in text] == []
