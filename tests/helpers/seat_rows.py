"""Halls as the seat functions take them, drawn as text; and what must hold of an answer, counted independently."""

import math
import random
from collections.abc import Collection, Iterable
from typing import Any

TYPES = {"o": "standard", "x": "standard", "v": "vip", "V": "vip", "l": "love", "L": "love", "w": "wheelchair",
         "W": "wheelchair", "c": "companion", "C": "companion"}  # fmt: skip
TAKEN = "xVLWC"


def draw(*rows: str) -> list[dict[str, Any]]:
    """`o` free, `x` taken, `_` gap; `v`, `l`, `w` and `c` free VIP, love seat, wheelchair space and companion seat, as
    capitals taken. Ids are A1, A2 ... by the place in the drawing; rows and seats are 1 apart."""
    return [
        {
            "id": letter(number),
            "seats": [
                {
                    "id": f"{letter(number)}{place}",
                    "x": float(place),
                    "y": float(number + 1),
                    "state": "gap" if sign == "_" else "taken" if sign in TAKEN else "free",
                    "type": TYPES.get(sign, "standard"),
                }
                for place, sign in enumerate(drawing, start=1)
            ],
        }
        for number, drawing in enumerate(rows)
    ]


def letter(number: int) -> str:
    return chr(ord("A") + number % 26) * (1 + number // 26)


def blocks(rows: int, *sizes: int) -> list[dict[str, Any]]:
    """A hall of equal rows with gaps between blocks of these sizes."""
    return draw(*["_".join("o" * size for size in sizes)] * rows)


def by_id(rows: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    return {seat["id"]: seat for row in rows for seat in row["seats"] if seat["state"] != "gap"}


def take(rows: list[dict[str, Any]], ids: Iterable[Any]) -> None:
    seats = by_id(rows)
    for each in ids:
        assert seats[each]["state"] == "free", each
        seats[each]["state"] = "taken"


def fill(rows: list[dict[str, Any]], share: float, rng: random.Random) -> None:
    """Take this share of the seats, anywhere."""
    for seat in by_id(rows).values():
        if rng.random() < share:
            seat["state"] = "taken"


def runs(rows: list[dict[str, Any]], seat_type: str, exclude: Collection[Any] = ()) -> list[list[dict[str, Any]]]:
    """Free seats of the type side by side."""
    found = []
    for row in rows:
        run: list[dict[str, Any]] = []
        for seat in [*row["seats"], {"state": "gap"}]:
            if seat["state"] == "free" and seat["type"] == seat_type and seat["id"] not in exclude:
                run.append(seat)
            elif run:
                found.append(run)
                run = []
    return found


def windows(rows: list[dict[str, Any]], count: int, seat_type: str, exclude: Collection[Any] = ()) -> list[list[Any]]:
    """Every choice of `count` seats side by side."""
    return [
        [seat["id"] for seat in run[start : start + count]]
        for run in runs(rows, seat_type, exclude)
        for start in range(len(run) - count + 1)
    ]


def single_seats(rows: list[dict[str, Any]], taken: Collection[Any] = ()) -> set[Any]:
    """The free chairs without a free chair beside them, once `taken` are taken as well."""
    found = set()
    for row in rows:
        free = [
            seat["state"] == "free" and seat["id"] not in taken and seat["type"] not in ("wheelchair", "companion")
            for seat in row["seats"]
        ]
        around = [False, *free, False]
        found |= {
            seat["id"]
            for place, seat in enumerate(row["seats"])
            if free[place] and not around[place] and not around[place + 2]
        }
    return found


def new_singles(rows: list[dict[str, Any]], taken: Collection[Any]) -> int:
    return len(single_seats(rows, taken) - single_seats(rows))


def can_avoid_singles(rows: list[dict[str, Any]], count: int, seat_type: str, exclude: Collection[Any] = ()) -> bool:
    return any(new_singles(rows, each) == 0 for each in windows(rows, count, seat_type, exclude))


def view(rows: list[dict[str, Any]], ids: Iterable[Any], focal: tuple[float, float]) -> float:
    """The sum of the seats' quality: 1 at the focal point, 0 at the seat farthest from it."""
    seats = by_id(rows)
    farthest = max(distance(seat, focal) for seat in seats.values())
    return sum(1 - distance(seats[each], focal) / farthest for each in ids)


def distance(seat: dict[str, Any], focal: tuple[float, float]) -> float:
    return math.hypot(seat["x"] - focal[0], seat["y"] - focal[1])
