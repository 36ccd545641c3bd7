"""Keeps the pictures that catalogues propose, and adds one to its film when a person has accepted it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from cinema.status import Refused, transition
from integrations.catalogues import commons
from integrations.catalogues.client import CatalogueRefused, CatalogueUnavailable, FoundPicture
from integrations.errors import FilmHasPoster
from integrations.models import FilmLookup, PictureProposal
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts
from screenings.models import FilmPicture
from screenings.pictures import MOST_BYTES
from screenings.services import add_picture

Status = PictureProposal.Status


def keep_proposed(lookup: FilmLookup, pictures: Iterable[FoundPicture], *, at: datetime) -> None:
    """Keep the pictures that were not proposed for this film before. Must be called inside a transaction (the film is
    locked).
    """
    rows = [
        PictureProposal(
            film_id=lookup.film_id,
            source=lookup.source,
            kind=each.kind,
            url=each.url,
            source_link=each.source_link,
            author=each.author,
            licence=each.licence,
            licence_link=each.licence_link,
            found_at=at,
        )
        for each in pictures
    ]
    PictureProposal.objects.bulk_create([row for row in rows if _is_valid(row)], ignore_conflicts=True)


def accept_picture(proposal: PictureProposal, *, at: datetime, actor: User | None = None) -> None:
    """Have the picture fetched and added to the film. An existing poster is never replaced.

    Raises `FilmHasPoster`, or `ForbiddenMove` if it is decided already. Owns its transaction.
    """
    with transaction.atomic():
        row = PictureProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
        transition([row], Status.ACCEPTED, decided_at=at, decided_by=actor, next_attempt_at=at, attempts=0, answer="")
        if _has_poster(row):
            raise FilmHasPoster


def decline_picture(proposal: PictureProposal, *, at: datetime, actor: User | None = None) -> None:
    """Decline the picture: it is not proposed again. Raises `ForbiddenMove` if it is decided already.

    Owns its transaction.
    """
    with transaction.atomic():
        row = PictureProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
        transition([row], Status.DECLINED, decided_at=at, decided_by=actor)


def fetch_pictures(proposals: Sequence[PictureProposal], *, at: datetime, backoff: Backoff) -> Counts:
    """Fetch those of the accepted pictures that are still due, each by one sender, and add them to their films.

    Only what is given up counts as failed. Must not be called inside a transaction: it talks to a network.
    """
    limit, sender, counts = TimeLimit(), new_sender(), Counts()
    with transaction.atomic(durable=True):
        due = claims.lock_due(PictureProposal.objects.due(at).filter(pk__in=[each.pk for each in proposals]))
        ours = list(
            PictureProposal.objects.filter(pk__in=[row.pk for row in due]).select_related("film").order_by("pk")
        )
        claims.claim(ours, sender=sender, at=at)
    counts.passed_over = len(proposals) - len(ours)
    for row in ours:
        status, text = (None, "") if limit.is_over else _fetch(row)
        pause = backoff.after(row.attempts)
        with transaction.atomic(durable=True):
            mine = PictureProposal.objects.filter(pk=row.pk, status=Status.ACCEPTED)
            if not claims.still_claimed(mine, sender=sender):
                continue
            if status is None and pause is not None:
                mine.update(claimed_by="", next_attempt_at=at + pause, answer=text[:200])
                counts.passed_over += 1
                continue
            transition([row], status or Status.FAILED, claimed_by="", next_attempt_at=None, answer=text[:200])
        failed = row.status == Status.FAILED
        counts.add(Counts(done=not failed, failed=failed, error=f"{row}: {text}" if failed else ""))
    return counts


def _fetch(row: PictureProposal) -> tuple[Status | None, str]:
    """Add the picture to its film, once. The new status, None to try again, and why."""
    if row.film.pictures.filter(source_link=row.source_link).exists():
        return Status.STORED, ""
    if _has_poster(row):
        return Status.FAILED, str(FilmHasPoster())
    credit: dict[str, Any] = {name: getattr(row, name) for name in FilmPicture.CREDIT}
    try:
        add_picture(row.film, content=commons.download(row.url, most=MOST_BYTES), kind=row.kind, **credit)
    except CatalogueUnavailable as error:
        return None, str(error)
    except (CatalogueRefused, Refused) as error:
        return Status.FAILED, str(error)
    return Status.STORED, ""


def _has_poster(row: PictureProposal) -> bool:
    poster = FilmPicture.Kind.POSTER
    return row.kind == poster and FilmPicture.objects.filter(film=row.film_id, kind=poster).exists()


def _is_valid(row: PictureProposal) -> bool:
    try:
        row.clean_fields(exclude=["film"])
    except ValidationError:
        return False
    return True
