"""Which sessions of a week to add, drop, move, replace or exchange: `open_places`, then `advise`.

Pure functions over dicts that are JSON: no clock, database, chance, settings or Django. docs/planner.md explains them.
Times are minutes from any common beginning; `end` includes cleaning.

    week = {
        "days": [{"opens": 600, "closes": 1380}, ...],      # the first and the last start, by day
        "halls": [{"id": 1, "cleaning": 15, "formats": ["2D", "3D"]}, ...],     # without formats: all
        "versions": [{"film": 7, "format": "2D", "minutes": 130}, ...],    # adverts and film, without cleaning
        "sessions": [{"id": "s4", "hall": 1, "day": 0, "film": 7, "format": "2D", "start": 600, "end": 745,
                      "movable": True, "admissions": 31.5, "takings": 11000.0, "hire": 4500.0}, ...],
        "minimums": [{"film": 7, "shows": 14}],             # of the week; films without one may lose all
        "config": {"share": 0.5, "rivals": 0.1, "near": 150, "showing_cost": 2000.0, "least": 1000.0, "most": 12},
    }

`open_places(week)` lists where sessions would fit, each a dict of film, format, hall, day, start, end and instead:
`instead` is None, or the movable session whose place it needs. The caller adds `admissions` and `takings` to each, as
if nothing else showed the film, and what its distributor gets of them (`hire`, may be missing). `advise(week, places)`
answers

    {"lines": [{"key", "kind", "changes": [{"session": id or None, "place": place or None}], "admissions", "takings",
                "kept", "showings", "score"}],
     "score": sum, "bound": no choice of lines scores more, "is_exact": bool, "considered": lines}

A showing near another one of the same film brings `share` of its public, the rest would have come to the other; of one
near other films only, these would have got the part `rivals`. Each line is worth its takings less `hire` and
`showing_cost` for each showing more; at least `least`. No two lines concern one film on one day, one session, or one
time of a hall, and drops of a film leave its minimum even if all are taken: so each line may be taken or left by
itself, and their gains add up, but for what films draw from one another.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

GRID = 30  # minutes: starts that are tried within a free time, besides its beginning
ROUND = 5  # minutes
STEPS = 60_000  # of the search
CENT = 0.005  # what a better choice must bring more
DEFAULTS: Mapping[str, Any] = {
    "share": 0.5,
    "rivals": 0.0,
    "near": 150,
    "showing_cost": 0.0,
    "least": 0.0,
    "most": 12,
}

Row = Mapping[str, Any]


def open_places(week: Row) -> list[dict[str, Any]]:
    """In free times, and in the place of each movable session. Those that begin outside the hours are left out."""
    cleaning = {hall["id"]: hall["cleaning"] for hall in week["halls"]}
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for hall in week["halls"]:
        for number, day in enumerate(week["days"]):
            rows = sorted(
                (row for row in week["sessions"] if row["hall"] == hall["id"] and row["day"] == number),
                key=lambda row: (row["start"], row["end"]),
            )
            near = [row for row in week["sessions"] if row["hall"] == hall["id"]]
            for removed in (None, *(row for row in rows if row["movable"])):
                others = [row for row in near if row is not removed]
                for start, end in _free_times(others, day["opens"], day["closes"]):
                    if removed is not None and not (start < removed["end"] and end > removed["start"]):
                        continue  # free without it, too
                    for version in week["versions"]:
                        if version["format"] not in hall.get("formats", [version["format"]]):
                            continue
                        for begins in sorted(_starts(week, version, number, removed, start, end)):
                            ends = begins + version["minutes"] + cleaning[hall["id"]]
                            if ends > end or (removed is not None and not _meets(begins, ends, removed)):
                                continue
                            place = {
                                "film": version["film"],
                                "format": version["format"],
                                "hall": hall["id"],
                                "day": number,
                                "start": begins,
                                "end": ends,
                                "instead": removed["id"] if removed is not None else None,
                            }
                            found.setdefault(tuple(place.values()), place)
    return list(found.values())


def _free_times(rows: Iterable[Row], opens: int, closes: int) -> list[tuple[int, int]]:
    """Between these sessions of a hall: from the first start to a day after the last one, or the next session."""
    times, begins = [], opens
    for row in sorted(rows, key=lambda each: each["start"]):
        if row["start"] > begins:
            times.append((begins, row["start"]))
        begins = max(begins, row["end"])
    times.append((begins, closes + 1440))
    return [(start, end) for start, end in times if start <= closes and end > start]


def _starts(week: Row, version: Row, number: int, removed: Row | None, start: int, end: int) -> set[int]:
    """The starts that are tried in a free time: its beginning, a grid, and those of the version's own sessions, which
    might change halls. In the place of a session of another film: the beginning, and the session's own start."""
    closes = week["days"][number]["closes"]
    found = {-(-start // ROUND) * ROUND}
    is_own = removed is not None and (removed["film"], removed["format"]) == (version["film"], version["format"])
    if removed is None or is_own:
        found |= {*range(-(-start // GRID) * GRID, end, GRID)}
    if removed is not None:
        found.add(removed["start"])
    for row in week["sessions"]:
        if row["day"] == number and (row["film"], row["format"]) == (version["film"], version["format"]):
            found.add(row["start"])
    return {begins for begins in found if start <= begins <= closes}


def _meets(start: int, end: int, row: Row) -> bool:
    return bool(start < row["end"] and end > row["start"])


# --- Lines


class _Line:
    """One change of the programme, with what it is worth against the programme as it is."""

    __slots__ = ("claims", "deficit", "drops", "groups", "home", "kind", "places", "score", "sessions", "sums")

    def __init__(self, kind: str, sessions: Sequence[Row], places: Sequence[Row], week: "_Week") -> None:
        self.kind, self.sessions, self.places = kind, sessions, places
        gone = {row["id"] for row in sessions}
        come = [week.worth(place, gone) for place in places]
        went = [week.worth(row, gone, sign=-1) for row in sessions]
        # Of the showings that are near each other, the one that stays counts in full: see `_Week.worth`.
        self.sums = tuple(sum(each[number] for each in come + went) for number in range(3))
        showings = len(places) - len(sessions)
        self.score = self.sums[2] - week.config["showing_cost"] * showings
        self.groups = frozenset((row["film"], row["day"]) for row in (*sessions, *places))
        self.home = min(self.groups)
        self.claims = tuple((place["hall"], place["start"], place["end"]) for place in places)
        self.drops = Counter(row["film"] for row in sessions)
        self.drops.subtract(place["film"] for place in places)

    @property
    def key(self) -> str:
        parts = [self.kind, *(str(row["id"]) for row in self.sessions)]
        parts += [f"{each['film']}/{each['format']}/{each['hall']}/{each['start']}" for each in self.places]
        return " ".join(parts)

    def clashes(self, other: "_Line") -> bool:
        return bool(
            self.groups & other.groups
            or {row["id"] for row in self.sessions} & {row["id"] for row in other.sessions}
            or any(
                hall == there and start < until and end > since
                for hall, start, end in self.claims
                for there, since, until in other.claims
            )
        )

    def as_dict(self) -> dict[str, Any]:
        pairs = max(len(self.sessions), len(self.places))
        changes = [
            {
                "session": self.sessions[number]["id"] if number < len(self.sessions) else None,
                "place": dict(self.places[number]) if number < len(self.places) else None,
            }
            for number in range(pairs)
        ]
        return {
            "key": self.key,
            "kind": self.kind,
            "changes": changes,
            "admissions": round(self.sums[0], 1),
            "takings": round(self.sums[1], 2),
            "kept": round(self.sums[2], 2),
            "showings": len(self.places) - len(self.sessions),
            "score": round(self.score, 2),
        }


class _Week:
    def __init__(self, week: Row) -> None:
        self.config = {**DEFAULTS, **week.get("config", {})}
        self.sessions = list(week["sessions"])
        self.by_id = {row["id"]: row for row in self.sessions}
        self._of_day: dict[Any, list[Row]] = {}
        for row in self.sessions:
            self._of_day.setdefault(row["day"], []).append(row)
        shows = Counter(row["film"] for row in self.sessions)
        self.slack = {row["film"]: shows[row["film"]] - row["shows"] for row in week.get("minimums", ())}

    def worth(self, row: Row, gone: set[Any], *, sign: int = 1) -> tuple[float, float, float]:
        """Admissions, takings, and takings less hire that this showing adds (`sign` -1: takes away) while the sessions
        in `gone` are not there: a `share` of its own where another showing of its film is near."""
        near = {
            other["film"] == row["film"]
            for other in self._of_day.get(row["day"], ())
            if other["id"] not in gone and abs(other["start"] - row["start"]) <= self.config["near"]
        }
        part = sign * (self.config["share"] if True in near else 1 - self.config["rivals"] if near else 1.0)
        admissions, takings = part * row["admissions"], part * row["takings"]
        return admissions, takings, takings - part * row.get("hire", 0.0)


def advise(week: Row, places: Iterable[Row]) -> dict[str, Any]:
    """The best lines that go together, at most `most` of them, and how far from the best possible they can be at all.

    A film with fewer showings than its minimum gets the best additions first, whatever they are worth.
    """
    known = _Week(week)
    lines = _lines(known, list(places))
    chosen = _up_to_minimum(lines, known)
    least = known.config["least"]
    rest = [
        line
        for line in lines
        if line.score > 0 and line.score >= least and not any(line.clashes(other) for other in chosen)
    ]
    rest.sort(key=lambda line: (-line.score, line.key))
    found, bound, is_exact = _best(rest, max(known.config["most"] - len(chosen), 0), known.slack)
    chosen += found
    score = sum(line.score for line in chosen)
    return {
        "lines": [line.as_dict() for line in chosen],
        "score": round(score, 2),
        "bound": round(score - sum(line.score for line in found) + bound, 2),
        "is_exact": is_exact,
        "considered": len(lines),
    }


def _lines(week: _Week, places: Sequence[Row]) -> list[_Line]:
    free = [place for place in places if place["instead"] is None]
    found = [_Line("add", (), (place,), week) for place in free]
    movable = [row for row in week.sessions if row["movable"]]
    found += [_Line("drop", (row,), (), week) for row in movable]
    free_of: dict[tuple[Any, ...], list[Row]] = {}
    for place in free:
        free_of.setdefault((place["film"], place["format"], place["day"]), []).append(place)
    taking: dict[Any, list[Row]] = {}
    for place in places:
        if place["instead"] is not None:
            taking.setdefault(place["instead"], []).append(place)
    exchanges: dict[tuple[Any, Any], Row] = {}
    for row in movable:
        own = row["film"], row["format"]
        found += [_Line("move", (row,), (place,), week) for place in free_of.get((*own, row["day"]), ())]
        for place in taking.get(row["id"], ()):
            if (place["film"], place["format"]) == own:
                if place["start"] != row["start"]:
                    found.append(_Line("move", (row,), (place,), week))
            else:
                found.append(_Line("replace", (row,), (place,), week))
    for row in movable:  # into another's hall, at its own time
        for other in movable:
            if other["hall"] != row["hall"] and other["day"] == row["day"] and other["film"] != row["film"]:
                for place in taking.get(other["id"], ()):
                    if (place["film"], place["format"], place["start"]) == (row["film"], row["format"], row["start"]):
                        exchanges[row["id"], other["id"]] = place
    for (one, other), place in exchanges.items():
        back = exchanges.get((other, one))
        if back is not None and str(one) < str(other):
            found.append(_Line("exchange", (week.by_id[one], week.by_id[other]), (place, back), week))
    return [line for line in found if all(n <= max(week.slack.get(film, n), 0) for film, n in line.drops.items())]


def _up_to_minimum(lines: Sequence[_Line], week: _Week) -> list[_Line]:
    """The best additions of films that have fewer showings than agreed, as many as are missing."""
    chosen: list[_Line] = []
    for film, slack in sorted(week.slack.items(), key=lambda each: str(each[0])):
        adding = [line for line in lines if line.kind == "add" and line.places[0]["film"] == film]
        adding.sort(key=lambda line: (-line.score, line.key))
        missing = -slack
        for line in adding:
            if missing <= 0:
                break
            if not any(line.clashes(other) for other in chosen):
                chosen.append(line)
                missing -= 1
    return chosen


def _best(lines: Sequence[_Line], most: int, slack: Mapping[Any, int]) -> tuple[list[_Line], float, bool]:
    """Branch and bound over lines in order of their score: the choice, an upper bound, and whether they meet."""
    tops = _Tops(lines, most)
    best: list[_Line] = []
    best_score, steps = 0.0, 0

    def search(start: int, chosen: list[_Line], score: float, drops: Counter[Any]) -> None:
        nonlocal best, best_score, steps
        if score > best_score:
            best, best_score = list(chosen), score
        for number in range(start, len(lines)):
            if steps >= STEPS or score + tops.of(number, chosen) <= best_score + CENT:
                return
            line = lines[number]
            steps += 1
            if any(line.clashes(other) for other in chosen):
                continue
            after = drops + Counter({film: count for film, count in line.drops.items() if count > 0})
            if any(count > max(slack.get(film, count), 0) for film, count in after.items()):
                continue
            search(number + 1, [*chosen, line], score + line.score, after)

    search(0, [], 0.0, Counter())
    is_exact = steps < STEPS
    return best, best_score + CENT if is_exact else tops.of(0, []), is_exact


class _Tops:
    """Upper bounds: of the lines from a number on, the best of each home, since two of one home never go together."""

    def __init__(self, lines: Sequence[_Line], most: int) -> None:
        self._lines, self._most = lines, most
        self._homes: dict[int, list[tuple[Any, float]]] = {}

    def of(self, start: int, chosen: Sequence[_Line]) -> float:
        """Of as many lines as may be added to the chosen ones."""
        homes = self._homes.get(start)
        if homes is None:
            homes = self._homes[start] = self._best_homes(start)
        taken = {line.home for line in chosen}
        scores = [score for home, score in homes if home not in taken]
        return sum(scores[: max(self._most - len(chosen), 0)])

    def _best_homes(self, start: int) -> list[tuple[Any, float]]:
        """Enough of them for any choice, in order of their score."""
        found: dict[Any, float] = {}
        for number in range(start, len(self._lines)):
            line = self._lines[number]
            found.setdefault(line.home, line.score)
            if len(found) >= 2 * self._most:
                break
        return list(found.items())
