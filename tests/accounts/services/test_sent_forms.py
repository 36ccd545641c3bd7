from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.http import QueryDict

from accounts.errors import SentTwice
from accounts.models import Attempt
from accounts.services.sent_forms import sent_once
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db


def request(query, user=1, path="/"):
    return SimpleNamespace(POST=QueryDict(query), path=path, user=SimpleNamespace(pk=user))


def carried_out(*requests):
    """How many of them are carried out."""
    done = 0
    for each in requests:
        try:
            with sent_once(each, at=NOON):
                done += 1
        except SentTwice:
            pass
    return done


def test_a_form_is_carried_out_once_for_one_person_page_and_input():
    same = "sent=a&amount=5"

    assert carried_out(request(same), request(f"{same}&csrfmiddlewaretoken=x"), request("amount=5&sent=a")) == 1
    assert carried_out(request("sent=a&amount=6"), request(same, user=2), request(same, path="/other/")) == 3
    assert carried_out(request("amount=5"), request("amount=5")) == 2


def test_what_has_failed_may_be_sent_again():
    with pytest.raises(ZeroDivisionError), sent_once(request("sent=a"), at=NOON):
        raise ZeroDivisionError

    assert carried_out(request("sent=a"), request("sent=a")) == 1


def test_a_repeated_form_says_when_it_was_sent_first():
    carried_out(request("sent=a"))

    with pytest.raises(SentTwice) as refused, sent_once(request("sent=a"), at=NOON + timedelta(minutes=1)):
        pass

    assert (refused.value.at, Attempt.objects.count()) == (NOON, 1)
