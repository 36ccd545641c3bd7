"""Asks film catalogues about films, keeps what they propose, and fills a field when a person accepts it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator
from django.db import transaction

from accounts.models import User
from cinema.status import transition
from integrations.catalogues import tmdb, wikidata
from integrations.catalogues.client import Asked, CatalogueRefused, CatalogueUnavailable, Found, SeveralFilms
from integrations.errors import CatalogueNotSetUp, FilmFieldFilled, ProposalNotValid
from integrations.models import Catalogue, FilmLookup, FilmProposal
from integrations.models.catalogues import PROPOSED, film_field
from integrations.services.film_pictures import keep_proposed
from jobs import claims
from jobs.claims import Backoff, TimeLimit, new_sender
from jobs.steps import Counts
from screenings.models import Film

Status = FilmLookup.Status
BACKOFF = Backoff(
    [*(timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=12))]
)
#: The new status (None: ask again), what was found, a text for people, and the wait that the catalogue asks for.
Answer = tuple[Status | None, Found | None, str, timedelta | None]
CLIENTS: dict[str, Callable[[Asked], Found | None]] = {
    Catalogue.WIKIDATA: wikidata.look_up,
    Catalogue.TMDB: tmdb.look_up,
}


def ask_catalogues(film: Film, *, at: datetime, actor: User | None = None) -> list[str]:
    """Queue a question about the film to each catalogue that is set up, and return their names; the job asks them.

    A question that waits already is asked now. Raises `CatalogueNotSetUp`. Owns its transaction.
    """
    if not settings.FILM_CATALOGUES:
        raise CatalogueNotSetUp
    with transaction.atomic():
        waiting = FilmLookup.objects.filter(film=film, status=Status.QUEUED, claimed_by="")
        waiting.update(next_attempt_at=at, attempts=0)
        rows = [
            FilmLookup(film=film, source=source, requested_at=at, requested_by=actor, next_attempt_at=at)
            for source in settings.FILM_CATALOGUES
        ]
        FilmLookup.objects.bulk_create(rows, ignore_conflicts=True)
    return [str(Catalogue(source).label) for source in settings.FILM_CATALOGUES]


def look_up_films(lookups: Sequence[FilmLookup], *, at: datetime) -> Counts:
    """Ask about those of the films whose questions are still due, each by one sender.

    Once a catalogue does not answer, it is not asked about the others of the batch: they wait as if it had not answered
    them. Only what is given up counts as failed. Must not be called inside a transaction: it talks to a network.
    """
    limit, sender = TimeLimit(), new_sender()
    ours = _claim([each.pk for each in lookups], sender=sender, at=at)
    counts = Counts(passed_over=len(lookups) - len(ours))
    silent: dict[str, Answer] = {}
    for lookup in ours:
        if limit.is_over:
            _release(lookup, sender=sender, at=at)
            counts.passed_over += 1
            continue
        status, _found, text, _wait = answer = silent.get(lookup.source) or _ask(lookup)
        if status is None:
            silent[lookup.source] = answer
        given_up = _note(lookup, answer, sender=sender, at=at)
        counts.add(
            Counts(
                done=status is not None and not given_up,
                passed_over=status is None and not given_up,
                failed=given_up,
                error=f"{lookup}: {text}" if given_up else "",
            )
        )
    return counts


def accept_proposal(proposal: FilmProposal, *, at: datetime, actor: User | None = None) -> None:
    """Enter the proposed value into the film, if the film has nothing there.

    Raises `FilmFieldFilled`, `ProposalNotValid`, or `ForbiddenMove` if it is decided already. Owns its transaction.
    """
    with transaction.atomic():
        film = Film.objects.select_for_update(of=("self",)).get(pk=proposal.film_id)
        row = FilmProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
        row.film = film
        transition([row], FilmProposal.Status.ACCEPTED, decided_at=at, decided_by=actor)
        if row.present:
            raise FilmFieldFilled(row.field_label, row.present)
        try:
            setattr(film, row.field, film_field(row.field).clean(row.value, film))
            film.validate_constraints()
        except ValidationError as error:
            raise ProposalNotValid(" ".join(error.messages)) from None
        film.save(update_fields=[row.field])


def decline_proposal(proposal: FilmProposal, *, at: datetime, actor: User | None = None) -> None:
    """Decline the proposed value: it is not proposed again. Raises `ForbiddenMove` if it is decided already.

    Owns its transaction.
    """
    with transaction.atomic():
        row = FilmProposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
        transition([row], FilmProposal.Status.DECLINED, decided_at=at, decided_by=actor)


# --- Steps of a question


def _claim(keys: Sequence[int], *, sender: str, at: datetime) -> list[FilmLookup]:
    with transaction.atomic(durable=True):
        rows = claims.lock_due(FilmLookup.objects.due(at).filter(pk__in=keys))
        rows = list(FilmLookup.objects.filter(pk__in=[row.pk for row in rows]).select_related("film").order_by("pk"))
        claims.claim(rows, sender=sender, at=at)
    return rows


def _ask(lookup: FilmLookup) -> Answer:
    film = lookup.film
    asked = Asked(
        title=film.title,
        original_title=film.original_title,
        year=film.year,
        imdb_id=film.imdb_id,
        tmdb_id=film.tmdb_id,
        wikidata_id=film.wikidata_id,
        language=settings.LANGUAGE_CODE.partition("-")[0],
        country=settings.PHONE_REGION,
    )
    try:
        found = CLIENTS[lookup.source](asked)
        if found is not None:
            _validate(found.link, "link")
    except SeveralFilms:
        return Status.SEVERAL, None, "", None
    except CatalogueRefused as error:
        return Status.FAILED, None, str(error), None
    except CatalogueUnavailable as error:
        return None, None, str(error), error.wait
    except (
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
        ValidationError,
    ) as error:  # an answer of another shape than documented
        return Status.FAILED, None, type(error).__name__, None
    return (Status.FOUND if found else Status.NOT_FOUND), found, found.link if found else "", None


def _note(lookup: FilmLookup, answer: Answer, *, sender: str, at: datetime) -> bool:
    """Store the answer and its proposals, unless the claim was lost meanwhile. Returns whether it is given up."""
    status, found, text, wait = answer
    with transaction.atomic(durable=True):
        mine = FilmLookup.objects.filter(pk=lookup.pk, status=Status.QUEUED)
        if not claims.still_claimed(mine, sender=sender):
            return False
        stamps: dict[str, Any] = {"claimed_by": "", "answer": text[:200]}
        pause = BACKOFF.after(lookup.attempts)
        if status is None and pause is not None:
            mine.update(next_attempt_at=at + max(pause, wait or pause), **stamps)
            return False
        transition([lookup], status or Status.FAILED, answered_at=at, **stamps)
        if found is not None:
            _propose(lookup, found, at=at)
            keep_proposed(lookup, found.pictures, at=at)
    return lookup.status == Status.FAILED


def _propose(lookup: FilmLookup, found: Found, *, at: datetime) -> None:
    """Replace the open proposals of the catalogue by what it says now; leave out what was declined before."""
    film = Film.objects.select_for_update(of=("self",)).get(pk=lookup.film_id)
    of_source = FilmProposal.objects.filter(film=film, source=lookup.source)
    declined = set(of_source.filter(status=FilmProposal.Status.DECLINED).values_list("field", "value"))
    of_source.filter(status=FilmProposal.Status.OPEN).delete()
    rows = [
        FilmProposal(film=film, source=lookup.source, field=name, value=value, link=found.link, found_at=at)
        for name, value in found.values.items()
        if (name, value) not in declined and _is_news(film, name, value)
    ]
    FilmProposal.objects.bulk_create(rows)


def _is_news(film: Film, name: str, value: str) -> bool:
    """Whether the value is a valid one for the field, and another one than the film has."""
    if name not in PROPOSED or not value:
        return False
    try:
        _validate(value, "value")
        return bool(getattr(film, name) != film_field(name).clean(value, film))
    except (ValidationError, UnicodeEncodeError):
        return False


def _validate(text: str, name: str) -> None:
    """Refuse what this column of `FilmProposal` cannot hold, such as NUL, half a character, or a text too long."""
    text.encode()
    ProhibitNullCharactersValidator()(text)
    FilmProposal._meta.get_field(name).run_validators(text)  # type: ignore[union-attr]


def _release(lookup: FilmLookup, *, sender: str, at: datetime) -> None:
    """Leave a claimed question to a later pass; this does not count as an attempt."""
    with transaction.atomic(durable=True):
        mine = FilmLookup.objects.filter(pk=lookup.pk, status=Status.QUEUED)
        if claims.still_claimed(mine, sender=sender):
            mine.update(claimed_by="", next_attempt_at=at + BACKOFF[0], attempts=lookup.attempts - 1)
