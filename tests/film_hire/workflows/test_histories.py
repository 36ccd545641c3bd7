"""Random histories: whatever is sold, refunded and corrected, statements and exclusions add up to the box office."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from film_hire.invariants import INVARIANTS
from film_hire.models import Statement, StatementLine
from film_hire.services import settle_locked, weeks_to_settle
from film_hire.tables import reconciliation
from jobs.invariants import broken
from reports.models import TicketFigures
from reports.reading import Period, sums
from screenings.models import Cinema, Film
from tests.helpers.film_hire_rows import a_contract, a_distributor
from tests.reports.workflows.history import END, History

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite, pytest.mark.slow]

SEEDS = [1, 2, 4]  # each has a correction
FIRST, LAST = date(2026, 10, 22), date(2026, 11, 2)


class SettledHistory(History):
    """Settles what is closed after each close, and sends half of the statements."""

    def _found(self) -> None:
        super()._found()
        film = Film.objects.get()
        terms = {"points_count": False, "levy_percent": 2, "lowest_price": 200, "surcharge": 5, "guarantee": 9000}
        ends = {"ends_on": FIRST + timedelta(days=9)}
        a_contract(film, starts_on=FIRST, percents="50, 40", minimum_head=30, **terms, **ends)
        a_contract(film, cinema=self.cinemas[1], starts_on=FIRST, share_percent=60, discounts_reduce=False)
        a_contract(film, a_distributor("Ural"), cinema=self.cinemas[1], starts_on=FIRST, share_percent=40)

    def _close(self, cinemas: Iterable[Cinema], at: datetime) -> None:
        super()._close(cinemas, at)
        later = at + timedelta(hours=1)
        for day in weeks_to_settle(later).select_related("cinema"):
            settle_locked(day, at=later)
        for statement in Statement.objects.newest():
            if self.job_rng.random() < 0.5:
                Statement.objects.filter(pk=statement.pk).update(status=Statement.Status.SENT)


@pytest.mark.proofs
@pytest.mark.parametrize("seed", SEEDS)
def test_bases_and_exclusions_are_the_box_office_of_each_show_day(seed: int) -> None:
    history = SettledHistory(seed, closes=0.05)

    history.play(events=200)
    history.close_all(END + timedelta(days=14))

    assert list(broken(INVARIANTS, {})) == []
    assert StatementLine.objects.filter(is_correction=True).exists()
    period = Period(history.cinemas, FIRST, LAST, END + timedelta(days=14))
    rows: list[Any] = list(reconciliation(period).rows)
    assert sum(row["base"] for row in rows) > 0
    assert {row["about"]: row["difference"] for row in rows if row["difference"]} == {}
    [total] = sums(TicketFigures, period)
    box_office = total["gross"] - total["discount"] - total["refunded_value"]
    assert sum((row["box_office"] for row in rows), Decimal(0)) == box_office
