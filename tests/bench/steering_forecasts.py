"""Forecasts sessions of simulated chains a week ahead with `forecast_session`: how much of the gap it closes.

Errors are WAPE: the sum of absolute errors over the sum of admissions. The gap lies between the seasonal naive forecast
(what the same hall had at the same time a week before) and the true mean that the simulator drew admissions from; 100 %
is as good as knowing that mean. Films that open in the week that is forecast are left out: nobody can know what the
simulator drew for them. Advance sales can do better, since they tell of the session's own luck.
"""

import argparse
import math
import random
import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from pricing.forecasts import forecast_session, prepare
from tests.bench.steering_prices import exponential_curve, interpolated, poisson

PARTIES = (0.25, 0.45, 0.15, 0.1, 0.05)
PARTY_MEAN = sum(share * (size + 1) for size, share in enumerate(PARTIES))


@dataclass(frozen=True)
class World:
    """How a chain differs from others. Standard deviations are of logarithms."""

    name: str
    cinemas: int = 3
    halls: int = 4
    weeks: int = 12
    level: float = 16.0  # usual admissions of a session
    film_spread: float = 0.7
    session_spread: float = 0.3  # gamma scatter of sessions that look alike
    week_spread: float = 0.08
    matinee_films: float = 0.4  # share of films for children
    curve_days: float = 2.2  # mean lead time of bookings
    steady: float = 0.0  # how probable it is that a slot shows the film of the week before again
    lead: float = 2.0  # days before the start at which advance sales are read


WORLDS = [
    World("usual"),
    World("one cinema", cinemas=1, weeks=16),
    World("many films", film_spread=1.0, level=24.0),
    World("restless weeks", week_spread=0.2),
    World("sparse", level=6.0, session_spread=0.2),
    World("much luck", film_spread=0.5, level=20.0, session_spread=0.5),
    World("errors as published", film_spread=0.4, level=24.0, session_spread=0.45, steady=0.9),
    World("early bookings, read a week before", curve_days=6.0, lead=7.0),
]
ERRORS = ("naive", "true mean", "forecast", "with advance sales", "true mean and advance sales")
HOURS = (11, 14, 18, 21)


class Chain:
    """A chain's sessions over some weeks, as `forecast_session` takes them, each with its true mean."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.rng, self.world = rng, world
        self.curve = exponential_curve(28.0, world.curve_days)
        begin = date(2026, 1, 5)
        weekday = [math.exp(rng.gauss(mean, 0.15)) for mean in (-0.5, -0.2, -0.4, -0.2, 0.3, 0.7, 0.5)]
        hour = {each: math.exp(rng.gauss(mean, 0.15)) for each, mean in zip(HOURS, (-0.7, -0.1, 0.4, 0.1), strict=True)}
        cinema = [math.exp(rng.gauss(0, 0.35)) for _each in range(world.cinemas)]
        hall = {(c, h): math.exp(rng.gauss(0, 0.25)) for c in range(world.cinemas) for h in range(world.halls)}
        size = {each: rng.choice([60, 90, 120, 180, 250]) for each in hall}
        taste = {
            (f, c): math.exp(rng.gauss(0, 0.15)) for f in range(3 * world.weeks + 20) for c in range(world.cinemas)
        }
        films = [
            (max(0, number // 3 - 4), math.exp(rng.gauss(0, world.film_spread)), rng.uniform(0.15, 0.55),
             rng.random() < world.matinee_films, rng.choice(["2D", "2D", "3D"]))
            for number in range(3 * world.weeks + 12)
        ]  # fmt: skip
        holidays = {begin + timedelta(days=rng.randrange(7 * world.weeks)) for _each in range(world.weeks // 2)}
        shock = 0.0
        shown: dict[Any, int] = {}
        self.sessions: list[dict[str, Any]] = []
        self.truth: list[float] = []
        for week in range(world.weeks):
            shock = 0.6 * shock + rng.gauss(0, world.week_spread)
            running = [number for number, film in enumerate(films) if film[0] <= week < film[0] + 6]
            appeal = [films[number][1] * math.exp(-films[number][2] * (week - films[number][0])) for number in running]
            for day in (begin + timedelta(days=7 * week + each) for each in range(7)):
                for each, seats in size.items():
                    for start in HOURS:
                        slot = each, start, day.weekday()
                        number = shown.get(slot, -1) if rng.random() < world.steady else -1
                        if number not in running:
                            number = rng.choices(running, appeal)[0]
                        shown[slot] = number
                        opened, popular, decay, matinee, form = films[number]
                        mean = (
                            world.level * popular * math.exp(-decay * (week - opened) + shock) * weekday[day.weekday()]
                        )
                        mean *= hour[start] * cinema[each[0]] * hall[each] * taste[number, each[0]]
                        mean *= (1.5 if start < 16 else 0.5) if matinee else 1.0
                        mean *= 1.15 if form == "3D" else 1.0
                        mean *= 1.5 if day in holidays and day.weekday() < 5 else 1.0
                        mean *= 1.3 if day.weekday() >= 5 and start < 16 else 1.0
                        self._add(mean, day, start, each, number, week - opened + 1, form, day in holidays, seats)

    def _add(self, mean: float, day: date, hour: int, hall: tuple[int, int], film: int, film_week: int, form: str,
             holiday: bool, seats: int) -> None:  # fmt: skip
        rng, spread = self.rng, self.world.session_spread
        shape = 1 / spread**2
        orders = poisson(mean * rng.gammavariate(shape, 1 / shape) / PARTY_MEAN, rng)
        parties = rng.choices(range(1, len(PARTIES) + 1), PARTIES, k=orders)
        leads = []
        for size in parties:  # the lead time is where the curve passes a uniform number
            point, low, high = rng.random(), 0.0, 28.0
            for _step in range(14):
                middle = (low + high) / 2
                low, high = (middle, high) if interpolated(self.curve, middle) < point else (low, middle)
            leads.append((low, size))
        leads.sort(reverse=True)
        sold, booked = 0, dict.fromkeys((14, 7, 5, 3, 2, 1, 0), 0)
        for lead, size in leads:
            if sold + size <= seats:
                sold += size
                for days in booked:
                    booked[days] += size if lead >= days else 0
        self.sessions.append(
            {
                "date": datetime(day.year, day.month, day.day, hour).isoformat(),  # noqa: DTZ001 (local)
                "cinema": hall[0],
                "hall": hall[1],
                "film": film,
                "film_week": film_week,
                "format": form,
                "holiday": holiday,
                "capacity": seats,
                "admissions": sold,
                "bookings": [[days, count] for days, count in booked.items()],
            }
        )
        self.truth.append(mean)

    def best_with(self, sold: float, mean: float) -> float:
        """The expected admissions by Bayes' rule, knowing the simulator's mean, scatter, curve and parties."""
        to_come = interpolated(self.curve, self.world.lead)
        scatter = sum(share * (size + 1) ** 2 for size, share in enumerate(PARTIES)) / PARTY_MEAN
        shape = 1 / self.world.session_spread**2
        return sold + mean * to_come * (shape + sold / scatter) / (shape + mean * (1 - to_come) / scatter)


def errors(world: World, *, seed: int, share: float = 1.0) -> dict[str, float]:
    """The sums of absolute errors of each forecast over the last two weeks, and `total` admissions."""
    rng = random.Random(f"{seed} {world.name}")
    chain = Chain(world, rng)
    found = dict.fromkeys((*ERRORS, "within the band", "count", "total"), 0.0)
    known, history = -1, prepare([])
    a_day = world.cinemas * world.halls * len(HOURS)
    for number in range((world.weeks - 2) * 7 * a_day, len(chain.sessions)):
        if rng.random() > share:
            continue
        row, past = chain.sessions[number], (number // a_day - 6) * a_day  # what began a week before that day
        coming = {name: value for name, value in row.items() if name not in {"admissions", "bookings"}}
        sold = next(count for days, count in row["bookings"] if days == world.lead)
        advance = {"days_left": world.lead, "sold": sold}
        if past != known:
            known, history = past, prepare(chain.sessions[:past])
        plain = forecast_session(history, coming, None, {})
        informed = forecast_session(history, coming, advance, {})
        if any(reason["code"] == "NEW_FILM" for reason in plain["reasons"]):
            continue
        actual = row["admissions"]
        found["naive"] += abs(chain.sessions[number - 7 * a_day]["admissions"] - actual)
        found["true mean"] += abs(min(chain.truth[number], row["capacity"]) - actual)
        found["forecast"] += abs(plain["mean"] - actual)
        found["with advance sales"] += abs(informed["mean"] - actual)
        found["true mean and advance sales"] += abs(
            min(chain.best_with(sold, chain.truth[number]), row["capacity"]) - actual
        )
        found["within the band"] += plain["p10"] <= actual <= plain["p90"]
        found["count"] += 1
        found["total"] += actual
    return found


def closed(found: dict[str, float], name: str) -> float:
    """The share of the gap from the naive forecast to the true mean, in percent."""
    return 100 * (found["naive"] - found[name]) / (found["naive"] - found["true mean"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.steering_forecasts")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--share", type=float, default=0.3, help="the share of the last two weeks' sessions to forecast"
    )
    options = parser.parse_args()
    begun = time.perf_counter()
    print(f"Forecasts: percent of the gap from seasonal naive to the true mean, seed {options.seed}")
    shares: dict[str, list[float]] = {name: [] for name in ERRORS[2:]}
    for world in WORLDS:
        found = errors(world, seed=options.seed, share=options.share)
        for name, values in shares.items():
            values.append(closed(found, name))
        wape = {name: f"{100 * value / found['total']:.0f}" for name, value in found.items()}
        band = 100 * found["within the band"] / found["count"]
        plain, informed, best = (f"{values[-1]:5.0f}" for values in shares.values())
        print(f"  {world.name:36} {plain}   with advance sales {informed}, at best {best}   in the band {band:.0f} %")
        print(f"    WAPE {', '.join(f'{name} {value}' for name, value in wape.items() if name in ERRORS)}", flush=True)
    for name, values in shares.items():
        print(f"Mean, {name:30} {sum(values) / len(values):5.0f}   worst {min(values):5.0f}")
    print(f"{time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
