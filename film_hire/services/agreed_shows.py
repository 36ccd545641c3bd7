"""What was agreed with distributors about a week, as people enter it."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from film_hire.models import AgreedShows
from screenings.models import Cinema, Film


def agreed_shows(cinema: Cinema, *, first: date) -> dict[int, int]:
    """How many showings were agreed for the week, by film. One query. Reads only."""
    return dict(AgreedShows.objects.filter(cinema=cinema, week=first).values_list("film", "shows"))


def agree(cinema: Cinema, shows: Mapping[Film, int | None], *, first: date) -> None:
    """Keep how many showings of each film were agreed for the week; None or 0: none. Owns its transaction."""
    with transaction.atomic():
        known = {row.film_id: row for row in AgreedShows.objects.filter(cinema=cinema, week=first)}
        for film, number in shows.items():
            row = known.get(film.pk)
            if not number:
                if row is not None:
                    row.delete()
            elif row is None:
                AgreedShows.objects.create(cinema=cinema, film=film, week=first, shows=number)
            elif row.shows != number:
                row.shows = number
                row.save()
