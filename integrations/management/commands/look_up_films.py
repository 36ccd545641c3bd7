from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from integrations.models import FilmLookup, FilmProposal, PictureProposal
from integrations.services.film_lookup import BACKOFF, look_up_films
from integrations.services.film_pictures import fetch_pictures
from jobs.command import Counts, JobCommand, Step


class Command(JobCommand):
    help = (
        "Ask film catalogues what staff want to know of films, fetch accepted pictures; forget what is five months old."
    )
    batch_size = 20
    overdue_matters = False  # a catalogue that is down keeps its questions waiting

    def steps(self) -> list[Step]:
        return [
            Step("ask", self.due, self.act, atomic=False),
            Step("fetch pictures", PictureProposal.objects.due, self.fetch, atomic=False),
            Step("forget pictures", PictureProposal.objects.old, self.forget_pictures),
            Step("forget proposals", FilmProposal.objects.old, self.forget_proposals),
            Step("forget questions", FilmLookup.objects.old, self.forget_questions),
        ]

    def due(self, at: datetime, /) -> QuerySet[Any]:
        return FilmLookup.objects.due(at)

    def act(self, lookups: list[Any], at: datetime, /) -> Counts:
        return look_up_films(lookups, at=at)

    def fetch(self, rows: list[Any], at: datetime, /) -> Counts:
        return fetch_pictures(rows, at=at, backoff=BACKOFF)

    def forget_pictures(self, rows: list[Any], _at: datetime, /) -> None:
        PictureProposal.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def forget_proposals(self, rows: list[Any], _at: datetime, /) -> None:
        FilmProposal.objects.filter(pk__in=[row.pk for row in rows]).delete()

    def forget_questions(self, rows: list[Any], _at: datetime, /) -> None:
        FilmLookup.objects.filter(pk__in=[row.pk for row in rows]).delete()
