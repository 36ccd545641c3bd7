"""A Poisson regression of admissions: a product of effects, each shrunk towards 1 by how little is known of it.

Effects of weekday, daypart, cinema, hall, film, its week, format, holiday, and some of their pairs. How much the
effects of one kind differ is estimated from the history itself (empirical Bayes), so that a kind that does not matter
vanishes, and a film with two sessions is hardly believed. Admissions scatter more than Poisson counts: the variance of
a session is `noise` * mean + `spread` * mean ** 2, both estimated, and sessions weigh accordingly.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pricing.forecast_inputs import Session

_SWEEPS = 16
_DECAYS_DIFFER = 0.02  # variance of films' weekly rates of decay
_LAST_WEEKS = (0.5, 0.3, 0.2)  # how much the strength of the last three weeks counts for the coming ones
_UNMET = 3.0  # times the admissions of a sold-out session, at most, would have come
_LEAST, _MOST = 0.02, 50.0  # of an effect
_UNKNOWN = 0.15  # variance of an effect of which too few levels are known to tell

PAIRS = (
    ("weekday", "daypart"),
    ("cinema", "weekday"),
    ("cinema", "daypart"),
    ("film", "daypart"),
    ("film", "cinema"),
)


@dataclass(frozen=True, slots=True)
class Effect:
    factor: float
    seen: float  # what is known of it, in effective counts
    variance: float


@dataclass(frozen=True, slots=True)
class Kind:
    """The effects of one factor or pair of factors."""

    name: str
    effects: dict[str, Effect]
    variance: float  # between its levels


@dataclass(frozen=True, slots=True)
class Decay:
    """How much faster than other films one loses its public: the logarithm changes by `rate` a week."""

    rate: float
    middle: float  # the week around which it turns
    variance: float  # of the rate


@dataclass(frozen=True, slots=True)
class Expectation:
    mean: float
    variance: float  # of the logarithm: what is not known of this session's mean
    unknown: tuple[str, ...]  # factors whose level has never been seen


@dataclass(frozen=True)
class DemandModel:
    base: float
    kinds: tuple[Kind, ...]
    noise: float
    spread: float
    sessions: int
    last_day: int | None
    week_effect: float  # how strong the last weeks were, as far as that lasts
    first_days: tuple[tuple[str, int], ...]  # of films that opened within the history
    decays: dict[str, Decay]  # of films
    known: frozenset[tuple[str, str]]  # films, halls and cinemas that were seen
    span: int  # days from the first to the last
    missing_days: int  # of the last four weeks

    def expect(self, session: Session) -> Expectation:
        mean, variance, unknown = self.base, 0.0, []
        keys = dict(levels_of(session, self.last_day, dict(self.first_days)))
        for kind in self.kinds:
            key = keys.get(kind.name)
            if kind.name == "calendar week":
                variance += kind.variance
            if kind.name == "calendar week" or key is None:
                continue
            effect = kind.effects.get(key)
            if effect is None and kind.name == "film week":
                effect = self._nearest_week(kind, int(key))
            if effect is None:
                variance += kind.variance
                if "&" not in kind.name:
                    unknown.append(kind.name)
            else:
                mean *= effect.factor
                variance += effect.variance
        decay = self.decays.get(keys.get("film", ""))
        if decay is not None and "film week" in keys:
            weeks = int(keys["film week"]) - decay.middle
            mean *= math.exp(max(-2.0, min(2.0, decay.rate * weeks)))
            variance += decay.variance * weeks * weeks
        named = {kind.name for kind in self.kinds}
        for name in ("film", "hall", "cinema"):
            if name in keys and (name, keys[name]) not in self.known and name not in unknown:
                unknown.append(name)
                variance += 0.0 if name in named else _UNKNOWN
        if keys.get("holiday", "no") != "no" and "holiday" not in named:
            variance += _UNKNOWN
        return Expectation(mean * self.week_effect, variance, tuple(unknown))

    @staticmethod
    def _nearest_week(kind: Kind, week: int) -> Effect | None:
        earlier = [int(each) for each in kind.effects if int(each) <= week]
        return kind.effects[str(max(earlier))] if earlier else None


def levels_of(session: Session, last_day: int | None, first_days: dict[str, int]) -> list[tuple[str, str]]:
    """The level of each kind of effect at this session."""
    factors = dict(session.factors)
    found = [(name, value) for name, value in session.factors]
    for one, other in PAIRS:
        if one in factors and other in factors:
            found.append((f"{one} & {other}", f"{factors[one]} & {factors[other]}"))
    if session.is_matinee is not None:  # coarser than by daypart and weekday, so that less has to be known
        time = "matinee" if session.is_matinee else "later"
        found.append(("weekend & matinee", f"{session.is_on_weekend} & {time}"))
        if "film" in factors:
            found.append(("film & matinee", f"{factors['film']} & {time}"))
    film, week = factors.get("film"), session.film_week
    if week is None and film is not None and session.day is not None and film in first_days:
        week = max(1, min(12, (session.day - first_days[film]) // 7 + 1))
    if week is not None:
        found.append(("film week", str(week)))
    if session.day is not None and last_day is not None and session.day <= last_day:
        found.append(("calendar week", str((last_day - session.day) // 7)))
    return found


def fit(sessions: tuple[Session, ...]) -> DemandModel:
    """The model of these past sessions. Those without admissions are left out."""
    rows = [session for session in sessions if session.admissions is not None]
    days = [session.day for session in rows if session.day is not None]
    last_day = max(days, default=None)
    first_days = _first_days(rows, min(days, default=0))
    actual = [session.admissions or 0.0 for session in rows]
    base = max((sum(actual) + 0.5) / (len(rows) + 0.1), 0.05) if rows else 1.0
    columns: dict[str, list[str | None]] = {}
    for number, session in enumerate(rows):
        for name, level in levels_of(session, last_day, first_days):
            columns.setdefault(name, [None] * len(rows))[number] = level
    indexed = {name: _index(columns[name]) for name in sorted(columns, key=_order)}
    indexed = {name: found for name, found in indexed.items() if 1 < len(found[0]) < max(3, 0.7 * len(rows))}
    means = [base] * len(rows)
    fitted: dict[str, tuple[list[float], list[float], float]] = {}
    decays: dict[str, Decay] = {}
    noise, spread = 1.5, 0.15
    full = [(number, session.admissions or 0.0) for number, session in enumerate(rows) if session.is_sold_out]
    for sweep in range(_SWEEPS):
        for number, came in full:  # more would have come: at least as many as are expected by now
            actual[number] = max(came, min(means[number], _UNMET * came))
        weights = [1 / (noise + spread * mean) for mean in means]
        for name, (levels, numbers) in indexed.items():
            taken = _free({each: fitted[each] for each in name.split(" & ") if each != name and each in fitted})
            fitted[name] = _effects(len(levels), numbers, actual, means, weights, fitted.get(name), taken)
        if sweep >= 2:
            decays = _decays(columns, actual, means, weights, decays)
        if sweep >= 1:
            noise, spread = _scatter(actual, means, _free(fitted))
    kinds = tuple(
        Kind(
            name,
            {
                level: Effect(factor, seen, 1 / (seen + 1 / variance) if variance > 0 else 0.0)
                for level, factor, seen in zip(indexed[name][0], factors, counts, strict=True)
            },
            variance,
        )
        for name, (factors, counts, variance) in fitted.items()
    )
    return DemandModel(
        base=base,
        kinds=kinds,
        noise=noise,
        spread=spread,
        sessions=len(rows),
        last_day=last_day,
        week_effect=_lasting_week_effect(kinds),
        first_days=tuple(first_days.items()),
        decays=decays,
        known=frozenset(each for session in rows for each in session.factors if each[0] in ("film", "hall", "cinema")),
        span=last_day - min(days) + 1 if last_day is not None else 0,
        missing_days=_missing(set(days)),
    )


def _order(name: str) -> tuple[bool, bool, bool, bool, str]:
    """In which order effects are fitted: pairs explain what is left, the coarse ones first."""
    return " & " in name, name == "calendar week", name != "film week", "matinee" not in name, name


def _missing(days: set[int]) -> int:
    """How many of the last four weeks' days (as far as the history goes back) have no session."""
    if not days:
        return 0
    last = max(days)
    return sum(1 for day in range(max(last - 27, min(days)), last) if day not in days)


def _decays(
    columns: dict[str, list[str | None]],
    actual: Sequence[float],
    means: list[float],
    weights: Sequence[float],
    old: dict[str, Decay],
) -> dict[str, Decay]:
    """A Newton step for the rate of each film; `means` is changed to contain it."""
    if "film" not in columns or "film week" not in columns:
        return {}
    rows = [
        (number, film, int(week))
        for number, (film, week) in enumerate(zip(columns["film"], columns["film week"], strict=True))
        if film is not None and week is not None
    ]
    sums: dict[str, list[float]] = {}
    for number, film, week in rows:
        of = sums.setdefault(film, [0.0, 0.0, 0.0, 0.0, 0.0])
        expected, rest = weights[number] * means[number], weights[number] * (actual[number] - means[number])
        of[0] += expected
        of[1] += expected * week
        of[2] += expected * week * week
        of[3] += rest
        of[4] += rest * week
    found = {}
    for film, (seen, first, second, rest, slope) in sums.items():
        middle = old[film].middle if film in old else first / seen
        square = max(0.0, second - 2 * middle * first + middle * middle * seen)
        rate = old[film].rate if film in old else 0.0
        step = (slope - middle * rest - rate / _DECAYS_DIFFER) / (square + 1 / _DECAYS_DIFFER)
        rate += max(-0.3, min(0.3, step))
        found[film] = Decay(rate, middle, 1 / (square + 1 / _DECAYS_DIFFER))
    for number, film, week in rows:
        change = found[film].rate - (old[film].rate if film in old else 0.0)
        means[number] *= math.exp(change * (week - found[film].middle))
    return found


def _first_days(rows: Iterable[Session], begin: int) -> dict[str, int]:
    """When each film opened, if that was not before the history began."""
    found: dict[str, int] = {}
    for session in rows:
        film = session.factor("film")
        if film is not None and session.day is not None:
            found[film] = min(found.get(film, session.day), session.day)
    return {film: day for film, day in found.items() if day >= begin + 7}


def _index(column: Sequence[str | None]) -> tuple[list[str], list[int]]:
    """The levels, and for each row the number of its level; -1 where it has none."""
    numbers: dict[str, int] = {}
    found = [-1 if level is None else numbers.setdefault(level, len(numbers)) for level in column]
    return list(numbers), found


def _effects(
    size: int,
    numbers: Sequence[int],
    actual: Sequence[float],
    means: list[float],
    weights: Sequence[float],
    old: tuple[list[float], list[float], float] | None,
    taken: float,
) -> tuple[list[float], list[float], float]:
    """New effects of one kind, what is known of each, and their variance; `means` is changed to contain them."""
    came, expected = [0.0] * (size + 1), [0.0] * (size + 1)  # the last is for rows without a level (number -1)
    for number, count, mean, weight in zip(numbers, actual, means, weights, strict=True):
        came[number] += weight * count
        expected[number] += weight * mean
    if old is not None:
        expected = [seen / factor for seen, factor in zip(expected, [*old[0], 1.0], strict=True)]
    variance = _variance(came[:size], expected[:size], old[2] if old else 0.3, taken)
    strength = 1 / max(variance, 1e-6)
    factors = [
        max(_LEAST, min(_MOST, (each + strength) / (seen + strength)))
        for each, seen in zip(came[:size], expected[:size], strict=True)
    ]
    before = [*old[0], 1.0] if old else [1.0] * (size + 1)
    change = [new / was for new, was in zip([*factors, 1.0], before, strict=True)]
    means[:] = [mean * change[number] for mean, number in zip(means, numbers, strict=True)]
    return factors, [seen * factor for seen, factor in zip(expected, factors, strict=False)], variance


def _variance(came: Sequence[float], expected: Sequence[float], guess: float, taken: float) -> float:
    """How much the effects differ: the mean square of what is beyond chance, each level weighing what it tells. The
    effects of a pair's own factors explain some of it: `taken` degrees of freedom are gone (as in REML; Patterson and
    Thompson 1971)."""
    if len(came) < 3:
        return _UNKNOWN if len(came) > 1 else 0.05
    larger = len(came) / max(len(came) - taken, len(came) / 3)
    weighted = total = 0.0
    for each, seen in zip(came, expected, strict=True):
        if seen > 0:
            weight = 1 / (max(guess, 0.01) + 1 / seen) ** 2
            weighted += weight * (larger * (each / seen - 1) ** 2 - 1 / seen)
            total += weight
    return max(0.0, min(4.0, weighted / total)) if total else 0.0


def _free(fitted: dict[str, tuple[list[float], list[float], float]]) -> float:
    """How many effects the rows really determine: each counts by how little it is shrunk."""
    kinds = ((counts, variance) for _factors, counts, variance in fitted.values() if variance > 0)
    return sum(seen / (seen + 1 / variance) for counts, variance in kinds for seen in counts)


def _scatter(actual: Sequence[float], means: Sequence[float], free: float) -> tuple[float, float]:
    """`noise` and `spread` by least squares of the squared residuals on mean and mean ** 2, each over the mean.

    Residuals are smaller than errors, since the effects were fitted to them: `free` effects of so many rows.
    """
    count = len(actual)
    larger = count / max(count - free, count / 4, 1.0)
    if count < 20:
        return 1.5, 0.15
    weights = first = second = third = fourth = 0.0  # regress r^2 / mean on 1 and mean, weighed by 1 / (1 + mean / 10)
    for each, mean in zip(actual, means, strict=True):
        weight = 1 / (1 + mean / 10) ** 2
        value = larger * (each - mean) ** 2 / mean
        weights += weight
        first += weight * mean
        second += weight * mean * mean
        third += weight * value
        fourth += weight * value * mean
    determinant = weights * second - first * first
    spread = (weights * fourth - first * third) / determinant if determinant > 1e-9 * weights * second else 0.0
    noise = (third - spread * first) / weights
    if spread < 0:
        noise, spread = third / weights, 0.0
    if noise < 0.5:
        noise, spread = 0.5, max(0.0, (third - 0.5 * weights) / first)
    return min(noise, 50.0), min(spread, 4.0)


def _lasting_week_effect(kinds: Iterable[Kind]) -> float:
    """What the last three weeks' strength says about the coming ones: their weighted geometric mean."""
    kind = next((each for each in kinds if each.name == "calendar week"), None)
    found = {int(week): effect.factor for week, effect in kind.effects.items()} if kind else {}
    if len(found) < 4:
        return 1.0
    lasting = math.prod(found.get(week, 1.0) ** weight for week, weight in enumerate(_LAST_WEEKS))
    return float(max(0.5, min(2.0, lasting)))
