"""Other terms tried on what a contract has brought so far, beside those that are applied."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from film_hire.models import Contract, Method
from film_hire.models.contracts import parse_percents
from film_hire.takings import contracts_of, counted, shown, tickets_of
from film_hire.terms import ZERO, Base, Terms, hire_of
from film_hire.terms import Method as Calculation
from screenings.models import Cinema


@dataclass(frozen=True)
class Trial:
    """A week of a contract in a cinema: its base and hire under the applied terms, and under the proposed ones."""

    cinema: Cinema
    week: int
    base: Decimal
    hire: Decimal
    proposed_base: Decimal
    proposed_hire: Decimal


def proposed(contract: Contract, changes: Mapping[str, Any]) -> Terms:
    """The terms of the contract with these changes, as its form has them. Reads only."""
    values = dict(changes)
    method = values.get("method", contract.method)
    percents = values.pop("percents", contract.percents)
    values["percents"] = parse_percents(percents) if method == Method.PERCENT else ()
    values["method"] = Calculation(method)
    return replace(contract.terms(), **values)


def try_terms(contract: Contract, changes: Mapping[str, Any], *, at: datetime) -> list[Trial]:
    """Each week that has begun, with the tickets sold so far. Four queries for each cinema. Reads only."""
    terms, trial, found = contract.terms(), proposed(contract, changes), []
    cinemas = Cinema.objects.filter(pk=contract.cinema_id) if contract.cinema_id else Cinema.objects.order_by("name")
    for cinema in cinemas:
        others = contracts_of(cinema, until=cinema.local(at).date())
        contracts = [each for each in others if each.film_id == contract.film_id]
        since = contract.starts(cinema).replace(tzinfo=cinema.zone)
        sessions = shown(cinema, contracts, since=since, until=at)
        tickets = tickets_of(sessions, as_of=at)
        own: dict[int, list[Base]] = {}
        other: dict[int, list[Base]] = {}
        for result, its_terms in ((own, terms), (other, trial)):
            for each in counted(cinema, sessions, contracts, tickets, instead={contract.pk: its_terms}):
                if each.contract.pk == contract.pk:
                    result.setdefault(each.week, []).append(each.base)
        weeks = contract.weeks(cinema)
        earlier = proposed_earlier = ZERO
        for week in sorted(own):
            hire = hire_of(own[week], terms, week=week, weeks=weeks, earlier=earlier).amount
            proposed_hire = hire_of(other[week], trial, week=week, weeks=weeks, earlier=proposed_earlier).amount
            base, proposed_base = (sum((each.base for each in bases), ZERO) for bases in (own[week], other[week]))
            found.append(Trial(cinema, week, base, hire, proposed_base, proposed_hire))
            earlier, proposed_earlier = earlier + hire, proposed_earlier + proposed_hire
    return found


def apply_terms(contract: Contract, changes: Mapping[str, Any]) -> None:
    """Give the contract the proposed terms: statements that are not sent are counted with them when they are counted
    again, and those that are sent get a new version then. Owns its transaction."""
    with transaction.atomic():
        locked = Contract.objects.select_for_update(of=("self",)).get(pk=contract.pk)
        for name, value in changes.items():
            setattr(locked, name, value)
        locked.full_clean()
        locked.save()
