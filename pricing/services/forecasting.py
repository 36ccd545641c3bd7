"""Forecasts the admissions of coming screenings from the cinemas' own history and what is sold of them."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from orders.models import Ticket
from pricing.fitted_models import to_json
from pricing.forecasts import MODEL, PastSessions, forecast_session, prepare
from pricing.models import FittedModel, ForecastBasis, SessionForecast, horizon_of
from pricing.services.history import KEPT, History, days_of_holidays, described, first_days, read_history
from screenings.models import Cinema, Seat, Session

AHEAD = timedelta(days=28)
A_NIGHT = timedelta(hours=20)  # a forecast that is younger than this is tonight's
DAY = timedelta(days=1)
Slot = tuple[int, int, str]  # hall, weekday, part of the day


@dataclass(frozen=True)
class Known:
    """The history of a night, read and fitted once for all its forecasts."""

    history: History
    past: PastSessions
    naive: Mapping[Slot, int]  # the latest admissions of each


def to_forecast(at: datetime) -> QuerySet[Session]:
    """Screenings on sale that start within `AHEAD` and were not forecast tonight."""
    tonight = SessionForecast.objects.filter(session=OuterRef("pk"), made_at__gt=at - A_NIGHT)
    return Session.objects.on_sale(at).filter(~Exists(tonight), start_datetime__lte=at + AHEAD)


def learn(at: datetime) -> Known:
    """Read the past screenings and fit the model to them. Six queries; some seconds with many screenings."""
    history = read_history(at)
    naive: dict[Slot, int] = {}
    for row in history.rows:  # the last first
        naive.setdefault((row["hall"], row["weekday"], row["daypart"]), row["admissions"])
    return Known(history, prepare(history.rows), naive)


def forecast(sessions: Iterable[Session], known: Known, *, at: datetime) -> None:
    """Store what is expected at these screenings, in place of an earlier forecast for the same horizon.

    The same history and sales give the same rows. Ten queries, however many screenings. Owns its transaction.
    """
    rows = list(Session.objects.filter(pk__in=[each.pk for each in sessions]).select_related("hall__cinema"))
    sold = _sold(rows, at)
    capacity = _capacity(rows)
    cinemas: dict[int, Cinema] = {row.hall.cinema_id: row.hall.cinema for row in rows}
    opened = first_days({row.film_id for row in rows}, cinemas)
    holidays = days_of_holidays()
    made = [
        _forecast(row, known, sold=sold.get(row.pk, 0), capacity=capacity, opened=opened, holidays=holidays, at=at)
        for row in rows
    ]
    with transaction.atomic():
        basis = _basis(known, at)
        _keep(known, basis)
        for each in made:
            each.basis = basis
        SessionForecast.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["session", "horizon"],
            update_fields=[
                *("basis", "made_at", "sold", "mean", "p10", "p50", "p90", "unaided", "levels", "naive", "reasons"),
            ],
        )


def _forecast(
    row: Session,
    known: Known,
    *,
    sold: int,
    capacity: Mapping[int, int],
    opened: Mapping[tuple[int, int], datetime],
    holidays: Collection[date],
    at: datetime,
) -> SessionForecast:
    cinema = row.hall.cinema
    coming = described(
        cinema,
        start=row.start_datetime,
        film=row.film_id,
        hall=row.hall_id,
        form=row.format,
        opened=opened,
        holidays=holidays,
    ) | {"capacity": capacity.get(row.hall_id, 0)}
    days_left = (row.start_datetime - at) / DAY
    unaided = forecast_session(known.past, coming, None, {})
    informed = forecast_session(known.past, coming, {"days_left": days_left, "sold": sold}, {})
    days = (cinema.business_date(row.start_datetime) - cinema.business_date(at)).days
    return SessionForecast(
        session=row,
        horizon=horizon_of(days),
        made_at=at,
        sold=sold,
        mean=informed["mean"],
        p10=informed["p10"],
        p50=informed["p50"],
        p90=informed["p90"],
        unaided=unaided["mean"],
        levels=unaided["levels"],
        naive=known.naive.get((coming["hall"], coming["weekday"], coming["daypart"])),
        reasons=informed["reasons"],
    )


def _basis(known: Known, at: datetime) -> ForecastBasis:
    """The row of this history, made at its first use."""
    found, _made = ForecastBasis.objects.get_or_create(
        history_hash=hash_of(known.history.rows),
        model=MODEL,
        defaults={
            "sessions": known.past.model.sessions,
            "noise": known.past.model.noise,
            "spread": known.past.model.spread,
            "curve": forecast_session(known.past, {}, None, {})["curve"],
            "party_mean": known.history.party_mean,
            "party_mix": known.history.party_mix,
            "made_at": at,
        },
    )
    return found


def _keep(known: Known, basis: ForecastBasis) -> None:
    """Keep the fitted model of this basis, and no other. Two queries, and more for a new basis."""
    FittedModel.objects.exclude(basis=basis).delete()
    FittedModel.objects.get_or_create(basis=basis, defaults={"fitted": lambda: to_json(known.past)})


def hash_of(rows: Sequence[Mapping[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def _sold(rows: Sequence[Session], at: datetime) -> dict[int, int]:
    """Paid seats by session. One query."""
    tickets = Ticket.objects.filter(session__in=rows, status__in=KEPT, order__paid_at__lt=at).order_by()
    return dict(tickets.values("session").annotate(number=Count("pk")).values_list("session", "number"))


def _capacity(rows: Sequence[Session]) -> dict[int, int]:
    """Seats by hall. One query."""
    seats = Seat.objects.filter(hall__in={row.hall_id for row in rows}).order_by()
    return dict(seats.values("hall").annotate(number=Count("pk")).values_list("hall", "number"))
