"""Distributors, a contract for each film, and the statements of the last weeks that were closed."""

from collections import defaultdict
from datetime import timedelta

from demo.chain import MAIL_DOMAIN
from film_hire.models import Contract, StatementAddress
from film_hire.services import send, settle_locked
from reports.models import BusinessDay
from screenings.models import Distributor, Film

DISTRIBUTORS = (("Волга", "volga"), ("Северное сияние", "aurora"), ("Невский прокат", "nevsky"))
WEEKS = 2
MINIMUM_HEAD = 60
SETTLED_AFTER = timedelta(hours=3)  # after the end of a week


def add_film_hire() -> None:
    """Let each film from one of three distributors, half and then less by week. Of the last `WEEKS` weeks that every
    cinema has closed the first is sent, and the last waits for somebody to press *Send*."""
    distributors = []
    for name, mailbox in DISTRIBUTORS:
        distributor = Distributor.objects.create(name=name)
        email = f"{mailbox}@{MAIL_DOMAIN}"
        StatementAddress.objects.create(distributor=distributor, email=email, format="xlsx", is_automatic=False)
        distributors.append(distributor)
    ends = _week_ends()
    if not ends:
        return
    first = min(day.date for days in ends for day in days) - timedelta(days=6)
    # Also those of the year before that are still shown.
    shown = Film.objects.filter(sessions__start_datetime__date__gte=first).distinct().order_by("pk")
    for number, film in enumerate(shown):
        film.distributor = distributors[number % len(distributors)]
        film.certificate_number = f"1110{number:05}"
        film.save(update_fields=["distributor", "certificate_number"])
        Contract.objects.create(
            distributor=film.distributor,
            film=film,
            number=f"{number + 1:03}/{first:%y}",
            starts_on=first,
            percents="50, 45, 40",
            minimum_head=MINIMUM_HEAD,
        )
    for number, days in enumerate(ends):
        for day in days:
            at = day.ends_at + SETTLED_AFTER
            for statement in settle_locked(day, at=at):
                if number == 0:
                    send(statement, at=at)


def _week_ends() -> list[list[BusinessDay]]:
    """The closed days that end the last weeks of each cinema, the earlier week first."""
    closed = BusinessDay.objects.closed().select_related("cinema").order_by("-date")
    last = closed.first()
    if last is None:
        return []
    by_cinema: defaultdict[int, list[BusinessDay]] = defaultdict(list)
    for day in closed.filter(date__gt=last.date - timedelta(weeks=WEEKS + 1)):
        if day.cinema.week_of(day.date) == day.date - timedelta(days=6):
            by_cinema[day.cinema_id].append(day)
    return [list(days) for days in zip(*(found[:WEEKS][::-1] for found in by_cinema.values()), strict=False)]
