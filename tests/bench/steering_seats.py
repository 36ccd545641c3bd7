"""python -m tests.bench.steering_seats [--sessions 40] [--seed 1] [WORD ...]

Sells simulated sessions seat by seat and prints how `choose_seats` and `check_selection` do; a WORD picks the rows
whose name it is in. Parties arrive one after the other until the hall has no room for the next one or is as full as
the row says; a party that finds no seats side by side is split and counts as not together. A buyer who chooses alone
wants the seats nearest to the focal point, give or take a few seats of taste, and moves on when `check_selection`
refuses. Every answer is checked by counting anew (tests/helpers/seat_rows.py). Everything follows from the seed.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import mean, median, quantiles, stdev
from typing import Any

from screenings.seating import check_selection, choose_seats
from tests.helpers.seat_rows import blocks, by_id, distance, draw, new_singles, single_seats, take, windows

COUPLES = {1: 0.12, 2: 0.52, 3: 0.14, 4: 0.14, 5: 0.04, 6: 0.04}
FAMILIES = {1: 0.05, 2: 0.2, 3: 0.25, 4: 0.3, 5: 0.12, 6: 0.08}
ALL_SIZES = {1: 0.1, 2: 0.35, 3: 0.15, 4: 0.15, 5: 0.1, 6: 0.07, 7: 0.04, 8: 0.04}
PAIRS = {2: 0.7, 4: 0.3}

Rows = list[dict[str, Any]]


def usual() -> Rows:
    return blocks(15, 4, 12, 4)


def small() -> Rows:
    return draw(*["o" * 9] * 8, "o" * 7)


def irregular() -> Rows:
    """Rows that widen to the back, one door, two VIP rows and a row of love seats."""
    rows = ["o" * (10 + number) for number in range(8)]
    return draw(*rows, "ooooo___ooooooooo", "v" * 14, "v" * 14, "_".join("oo" * size for size in (2, 5, 2)), "ll_" * 5)


@dataclass(frozen=True)
class Kind:
    """One row of the table. `full` is the share of the seats sold, `manual` that of the buyers who choose alone."""

    name: str
    hall: Callable[[], Rows] = usual
    mix: dict[int, float] = field(default_factory=lambda: COUPLES)
    full: float = 0.98
    manual: float = 0.0
    focal: tuple[float, float] = (0.5, 0.65)  # as shares of the hall's width and depth
    taste: float = 3.0  # how far the seat that a buyer likes best lies from the focal point (standard deviation)
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass
class Session:
    """What was counted; `seconds` of the processor for each decision."""

    parties: int = 0
    together: int = 0
    singles_at_90: int | None = None
    faults: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    view: float = 0.0
    best_view: float = 0.0
    greedy_view: float = 0.0


def sell(kind: Kind, *, seed: str) -> Session:
    rng, session, rows = random.Random(seed), Session(), kind.hall()
    seats = by_id(rows)
    focal = focal_point(rows, kind.focal)
    farthest = max(distance(seat, focal) for seat in seats.values())
    greedy = kind.hall() if kind.full < 0.9 else []
    sold = 0
    types = sorted({seat["type"] for seat in seats.values()})
    while sold < kind.full * len(seats):
        party = rng.choices(list(kind.mix), list(kind.mix.values()))[0]
        seat_type = rng.choices(
            types, [sum(s["type"] == t and s["state"] == "free" for s in seats.values()) for t in types]
        )[0]
        q = {"rows": rows, "party": party, "type": seat_type, "focal": list(focal), "quality_weight": 0.5,
             "forecast_occupancy": kind.full, "party_mix": kind.mix, "allow_split": True, **kind.fields}  # fmt: skip
        alone = rng.random() < kind.manual
        if alone and (chosen := by_hand(rows, party, seat_type, focal, kind.taste, rng)):
            together, groups = True, [chosen]
        else:
            begun = time.process_time()
            answer = choose_seats(q)
            session.seconds.append(time.process_time() - begun)
            check(session, rows, party, seat_type, answer)
            if answer["seats"] is None:
                break
            together, groups = answer["together"], answer["pieces"]
        session.parties += party > 1
        session.together += party > 1 and together
        for group in groups:
            take(rows, group)
            session.view += sum(1 - distance(seats[each], focal) / farthest for each in group)
        if greedy and (choices := windows(greedy, party, seat_type)):
            nearest = min(choices, key=lambda ids: sum(distance(seats[each], focal) for each in ids))
            take(greedy, nearest)
            session.greedy_view += sum(1 - distance(seats[each], focal) / farthest for each in nearest)
        sold += party
        if session.singles_at_90 is None and sold >= 0.9 * len(seats):
            session.singles_at_90 = len(single_seats(rows))
    best = sorted((1 - distance(seat, focal) / farthest for seat in seats.values()), reverse=True)
    session.best_view = sum(best[:sold])
    return session


def by_hand(
    rows: Rows, party: int, seat_type: str, focal: tuple[float, float], taste: float, rng: random.Random
) -> list[Any]:
    """What a buyer takes who chooses alone: what they like best among the choices that are not refused."""
    seats = by_id(rows)
    liked = sorted(
        windows(rows, party, seat_type),
        key=lambda ids: sum(distance(seats[each], focal) for each in ids) / party + rng.gauss(0, taste),
    )
    for ids in liked:
        if check_selection(rows, ids, {"alternatives": 1})["ok"]:
            return ids
    return []


def check(session: Session, rows: Rows, party: int, seat_type: str, answer: dict[str, Any]) -> None:
    choices, chosen = windows(rows, party, seat_type), answer["seats"]
    if chosen is None or not answer["together"]:
        if choices:
            session.faults.append("a party was not seated together though it could be")
        if chosen is not None and len(set(chosen)) != party:
            session.faults.append("not as many seats as people")
        return
    if chosen not in choices:
        session.faults.append("seats that are not side by side, free and of the type")
    elif new_singles(rows, chosen) and any(not new_singles(rows, each) for each in choices):
        session.faults.append("an avoidable single seat")


def focal_point(rows: Rows, share: tuple[float, float]) -> tuple[float, float]:
    seats = list(by_id(rows).values())
    xs, ys = [seat["x"] for seat in seats], [seat["y"] for seat in seats]
    return min(xs) + share[0] * (max(xs) - min(xs)), min(ys) + share[1] * (max(ys) - min(ys))


KINDS = [
    Kind("couples, 4|12|4"),
    Kind("families, 4|12|4", mix=FAMILIES),
    Kind("all sizes, 4|12|4", mix=ALL_SIZES),
    Kind("pairs and fours, 4|12|4", mix=PAIRS),
    Kind("79 seats", hall=small),
    Kind("irregular", hall=irregular, full=0.9),
    Kind("8|8, ten rows", hall=lambda: blocks(10, 8, 8)),
    Kind("one block of 18", hall=lambda: blocks(12, 18)),
    Kind("without a forecast, weight 0", fields={"forecast_occupancy": None, "quality_weight": 0}),
    Kind("without a forecast, weight 0.5", fields={"forecast_occupancy": None}),
    Kind("fuller than forecast (50 %)", fields={"forecast_occupancy": 0.5}),
    Kind("fuller than forecast (80 %)", fields={"forecast_occupancy": 0.8}),
    Kind("without party_mix", fields={"party_mix": None}),
    Kind("weight 1", fields={"quality_weight": 1}),
    Kind("half choose alone", manual=0.5),
    Kind("half choose alone, sure of the best seat", manual=0.5, taste=1.0),
    Kind("half choose alone, 8|8", hall=lambda: blocks(10, 8, 8), manual=0.5),
    Kind("all choose alone", manual=1.0),
    Kind("half empty", full=0.5),
    Kind("half empty, families", full=0.5, mix=FAMILIES),
    Kind("half empty, 8|8", hall=lambda: blocks(10, 8, 8), full=0.5),
    Kind("half empty, one block of 18", hall=lambda: blocks(12, 18), full=0.5),
    Kind("half empty, focal point at the side", full=0.5, focal=(0.3, 0.5)),
    Kind(
        "half empty, without a forecast, weight 1", full=0.5, fields={"forecast_occupancy": None, "quality_weight": 1}
    ),
    Kind("half empty, without a forecast", full=0.5, fields={"forecast_occupancy": None}),
    Kind("half empty, weight 0", full=0.5, fields={"quality_weight": 0}),
    Kind("70 % full", full=0.7),
]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.steering_seats")
    parser.add_argument("only", nargs="*", metavar="WORD", help="only the rows whose name has one of these words")
    parser.add_argument("--sessions", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"Seats, {options.sessions} sessions a row, seed {options.seed}; percent, milliseconds of the processor")
    print(f"{'':44}together (±)     singles  view of best  of greedy  median    p99  faults")
    faults = 0
    for kind in KINDS:
        if options.only and not any(word in kind.name for word in options.only):
            continue
        sessions = [sell(kind, seed=f"{options.seed} {kind.name} {number}") for number in range(options.sessions)]
        print(row(kind, sessions), flush=True)
        faults += sum(len(session.faults) for session in sessions)
    return 1 if faults else 0


def row(kind: Kind, sessions: Sequence[Session]) -> str:
    together = [100 * session.together / session.parties for session in sessions]
    singles = [session.singles_at_90 for session in sessions if session.singles_at_90 is not None]
    seconds = [1000 * each for session in sessions for each in session.seconds]
    noise = stdev(together) / len(together) ** 0.5 if len(together) > 1 else 0.0
    view = f"{100 * mean(session.view / session.best_view for session in sessions):8.1f}"
    greedy = f"{100 * mean(s.view / s.greedy_view for s in sessions):8.1f}" if kind.full < 0.9 else "       -"
    pace = f"{median(seconds):8.3f} {quantiles(seconds, n=100)[-1]:8.2f}" if len(seconds) > 1 else " " * 17
    share = f"{100 * sum(s.together for s in sessions) / sum(s.parties for s in sessions):7.2f} ({noise:.2f})"
    alone = f"{mean(singles):7.2f}" if singles else "      -"
    faults = sorted({fault for session in sessions for fault in session.faults})
    return f"{kind.name:44}{share:15}{alone} {view} {greedy} {pace}  {'; '.join(faults) or 0}"


if __name__ == "__main__":
    sys.exit(main())
