"""A model that was kept as JSON forecasts as the one that was fitted."""

import json

from pricing.fitted_models import from_json, to_json
from pricing.forecasts import forecast_session, prepare

PAST = [
    {
        "date": f"2026-{month:02}-{day:02}T{hour}:30",
        "cinema": 1,
        "hall": hall,
        "film": day % 5,
        "capacity": 80,
        "admissions": (day * 7 + hour + hall * 5) % 70,
        "bookings": [[3, day % 7], [1, day % 20]],
    }
    for month in (9, 10)
    for day in range(1, 29)
    for hour in (11, 19)
    for hall in (1, 2)
]


def test_a_kept_model_forecasts_as_the_fitted_one() -> None:
    fitted = prepare(PAST)
    kept = from_json(json.loads(json.dumps(to_json(fitted))))
    coming = [
        {"date": "2026-11-06T19:30", "cinema": 1, "hall": 2, "film": 3, "capacity": 80},
        {"date": "2026-11-08T11:00", "cinema": 1, "hall": 9, "film": "new", "holiday": True},
        {},
    ]

    for session in coming:
        for advance in (None, {"days_left": 2, "sold": 9}):
            assert forecast_session(kept, session, advance, {}) == forecast_session(fitted, session, advance, {})


def test_a_model_of_no_past_sessions_is_kept_too() -> None:
    kept = from_json(json.loads(json.dumps(to_json(prepare([])))))

    assert forecast_session(kept, {"capacity": 50}, None, {}) == forecast_session([], {"capacity": 50}, None, {})
