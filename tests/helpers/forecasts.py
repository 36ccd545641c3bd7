"""Forecasts and counted screenings for tests."""

from datetime import timedelta
from typing import Any

from pricing.models import ForecastBasis, SessionForecast
from reports.models import SessionFigures
from screenings.models import Session
from tests.helpers.factories import NOON


def a_forecast(session: Session, *, horizon: int = 0, mean: float = 12.0, **fields: Any) -> SessionForecast:
    """Of `mean`, with half of it as the low end and one and a half times as the high end."""
    basis, _made = ForecastBasis.objects.get_or_create(
        history_hash="0" * 64,
        model="test",
        defaults={"sessions": 100, "noise": 1.5, "spread": 0.1, "curve": [[0, 0], [7, 1]], "party_mean": 2.0}
        | {"made_at": NOON},
    )
    usual: dict[str, Any] = {
        "p10": int(mean / 2),
        "p50": int(mean),
        "p90": int(mean * 1.5),
        "sold": 3,
        "unaided": mean,
        "levels": [[1.0, 1.0]],
        "naive": None,
        "made_at": session.start_datetime - timedelta(days=horizon, hours=3),
        "reasons": [{"code": "ADVANCE_SALES", "text": "3 seats are sold 0.5 days before."}],
    }
    return SessionForecast.objects.create(session=session, basis=basis, horizon=horizon, mean=mean, **usual | fields)


def counted(session: Session, *, admissions: int) -> SessionFigures:
    """The figures of a past screening, of which two more tickets were refunded."""
    return SessionFigures.objects.create(
        session=session,
        cinema=session.hall.cinema,
        about=session.hall.cinema.business_date(session.start_datetime),
        capacity=60,
        counted_at=session.end_datetime,
        sold=admissions + 2,
        refunded=2,
    )
