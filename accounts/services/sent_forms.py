"""Forms that are sent twice by a double press, *Back* or a second tab, and are carried out once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.errors import SentTwice
from accounts.models import Attempt
from accounts.services.rate_limits import fingerprint

FIELD = "sent"  # a random name that each page gives to its form
KIND = "form"


@contextmanager
def sent_once(request: HttpRequest, *, at: datetime) -> Iterator[None]:
    """Carry out what the form asks for, unless the same form has asked for the same already: then raises `SentTwice`.

    Other values in the same form are another wish, and what has failed may be sent again; after a crash in between the
    page has to be opened again, which shows what was done. A form without a name is carried out each time.
    """
    if not request.POST.get(FIELD):
        yield
        return
    values = sorted((name, request.POST.getlist(name)) for name in request.POST if name != "csrfmiddlewaretoken")
    with done_once(f"{request.user.pk} {request.path} {values}", at=at):
        yield


@contextmanager
def done_once(what: str, *, at: datetime) -> Iterator[None]:
    """Do what this text names, unless it was done: then raises `SentTwice`. What has failed may be done again."""
    who = fingerprint("form", what)
    try:
        with transaction.atomic():
            counted = Attempt.objects.create(kind=KIND, who=who, at=at)
    except IntegrityError:
        raise SentTwice(Attempt.objects.filter(kind=KIND, who=who).values_list("at", flat=True).first()) from None
    try:
        yield
    except BaseException:
        counted.delete()
        raise
