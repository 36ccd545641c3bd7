"""Finds and deletes expired browser sessions. Django does not delete them by itself, nor the data in them."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models import QuerySet


def expired(at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=at).only("session_key")


def delete(sessions: Iterable[Session]) -> None:
    Session.objects.filter(pk__in=[session.pk for session in sessions]).delete()
