"""What is expected at sessions that are planned or only thought of, from the model of last night's forecasts."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count

from pricing.fitted_models import from_json
from pricing.forecasts import forecast_session
from pricing.models import FittedModel
from pricing.services.history import days_of_holidays, described, first_days
from screenings.models import Seat, Session


def expect(sessions: Sequence[Session]) -> list[dict[str, Any]] | None:
    """For each session, stored or not, what `forecast_session` answers without sales; None before the first forecasts.

    `film` and `hall__cinema` are loaded. Four queries. Reads only.
    """
    fitted = FittedModel.objects.order_by("-basis").first()
    if fitted is None or not sessions:
        return None
    past = from_json(fitted.fitted)
    halls = {session.hall_id for session in sessions}
    seats = Seat.objects.filter(hall__in=halls).order_by().values("hall").annotate(number=Count("pk"))
    capacity = dict(seats.values_list("hall", "number"))
    opened = first_days(
        {session.film_id for session in sessions}, {each.hall.cinema_id: each.hall.cinema for each in sessions}
    )
    holidays = days_of_holidays()
    return [
        forecast_session(
            past,
            described(
                session.hall.cinema,
                start=session.start_datetime,
                film=session.film_id,
                hall=session.hall_id,
                form=session.format,
                opened=opened,
                holidays=holidays,
            )
            | {"capacity": capacity.get(session.hall_id, 0)},
            None,
            {},
        )
        for session in sessions
    ]
