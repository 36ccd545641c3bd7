"""How much an automatic choice cares for whole rows and for the view, by the forecast and the caller's weight."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

# The price of opening a run or cutting it in two, in distances between neighbouring seats, by the share of seats that
# will be sold at the end. Found by simulation (`make bench-steering`): up to about 70 % full every party finds seats
# side by side whatever was done before, from 90 % on only those whose rows were kept whole.
BY_OCCUPANCY = ((0.6, 1.0), (0.75, 1.5), (0.85, 8.0), (0.92, 10000.0))
# If there is no forecast, the weight decides until half of the seats are sold: the session may stay half empty. From
# there on it counts as one that sells out.
BY_WEIGHT = ((0.0, 10000.0), (0.25, 60.0), (0.5, 8.0), (0.75, 1.5), (1.0, 0.35))
UNEXPECTED = ((0.48, 0.35), (0.55, 10000.0))
# Until then, seats count as good that are among the best of about as many as will be sold by then, or not many steps
# farther than the nearest free ones: all of them will be taken, so that their order does not matter.
REACH, NEAR_UNEXPECTED = 0.525, 4.0
LATER = 0.3  # of the seats: by how much the view comes first for longer, from weight 0 to weight 1
STILL_TO_COME = 0.1  # of the seats: how many are expected to be sold at least, whatever the forecast said
WEIGHT_RANGE = 2.0  # the caller's weight changes a price that follows from a forecast by up to this factor
HALF_EMPTY = 0.65  # of the seats: where a forecast says that no more are sold, a row counts only as far as it will be
SMALL_HALL = 150  # seats (of the type); with fewer, whole rows count there as well
PACKING = 100.0  # from this price on, whole rows are all that counts, and the view decides between equals


@dataclass(frozen=True)
class Emphasis:
    """`price` is what an opened run costs (see above); `target` is the share of the greatest distance from the focal
    point at which packing begins: buyers who choose themselves begin at the focal point, and two fronts that meet once
    leave fewer remainders than two that are mixed everywhere. While the view counts, whole rows are kept among the
    places up to `near` steps farther than the best, within the best `reach` of all seats: those that will be sold. If
    the hall `stays_half_empty`, what is left of a row counts only as far as these seats go."""

    price: float
    target: float
    near: float = 2.5
    reach: float = 1.0
    stays_half_empty: bool = False

    @property
    def packs(self) -> bool:
        return self.price >= PACKING


FOR_THE_VIEW = Emphasis(price=0.35, target=0.0)


def emphasis(*, quality_weight: float, forecast: float | None, occupancy: float) -> Emphasis:
    """`quality_weight` 0 (whole rows) to 1 (the view); `forecast` and `occupancy` are shares of the hall's seats.

    Without a forecast the weight and the seats sold decide, with one the weight only shifts what follows from it. A
    hall that is almost as full as its forecast already is judged by how full it is.
    """
    target = 0.85 - 0.2 * quality_weight
    if forecast is None:
        later = LATER * (quality_weight - 0.5)
        price = max(_interpolated(BY_WEIGHT, quality_weight), _interpolated(UNEXPECTED, occupancy - later))
        return Emphasis(price, target, near=NEAR_UNEXPECTED, reach=REACH + later)
    filled = max(forecast, occupancy + STILL_TO_COME)
    price = _interpolated(BY_OCCUPANCY, filled) * WEIGHT_RANGE ** (1 - 2 * quality_weight)
    if filled <= HALF_EMPTY:
        return Emphasis(price, target, reach=filled, stays_half_empty=True)
    return Emphasis(price, target, reach=min(filled, 1.0))


def _interpolated(points: tuple[tuple[float, float], ...], at: float) -> float:
    """Geometrically between two points; beyond the ends as at the ends."""
    if at <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low * (high / low) ** ((at - left) / (right - left))
    return points[-1][1]


# --- What is left of a run

RARE = 0.02  # a size of party that does not come often enough to wait for
LARGE = 5  # seats: the size of the parties for whose sake long runs are kept whole
ROOM_FOR_LARGE = 8.0  # how much it counts that a run may hold fewer large parties afterwards
# What a step between seats counts in a hall that fills. Parties are drawn away from the focal point, to runs that are
# too short for a large party: those near it are left to buyers who choose themselves, who would break a long run
# otherwise. Large parties are drawn towards it, where long runs do not stay whole for long.
AWAY, TOWARDS = 0.12, 0.03
ENDS_OF_RUNS = 8.0  # how much it counts that a run may end with a single seat in a small hall
LONGEST = 400  # seats: beyond it all runs cost the same
ROOM = 5.0  # how much it counts that a party takes the room of others, see `room_costs`
NO_PLACE = 0.5  # places: keeps scarcity finite where there is none
# The power of scarcity: room that is twice as scarce counts sixteen times as much, or four times when whole rows are
# all that counts.
SHARPNESS, SHARPNESS_PACKING = 4, 2


def remainder_costs(longest: int, party: int, mix: Mapping[int, float], *, packs: bool, places: int) -> Sequence[float]:
    """What it costs to leave a run of 0, 1, 2 ... `longest` seats behind a party, in units of `Emphasis.price`.

    A longer remainder costs more, so that parties fill the shortest run they fit in and long runs stay for large
    parties. `mix` is the share of parties by size, if known. Then seats that none of these sizes can fill cost 1 each;
    and when whole rows are all that counts (`packs`), it costs more to take the room of a large party, and runs count
    for less that are likely to end with a single seat, such as odd ones where most people come in pairs: above all in a
    hall of few seats (`places`).
    """
    sizes = _rounded(tuple(mix.items()))
    counted = min(longest, LONGEST)
    ends = round(ENDS_OF_RUNS * min(1.0, SMALL_HALL / max(places, 1)), 1)
    costs = _remainder_costs(counted, min(party, counted) if packs and sizes else 0, sizes, ends)
    return costs + costs[-1:] * (longest - counted)


@lru_cache(maxsize=128)
def _rounded(mix: tuple[tuple[int, float], ...]) -> tuple[tuple[int, float], ...]:
    return tuple(sorted((size, round(share, 3)) for size, share in mix if share >= RARE))


@lru_cache(maxsize=512)
def _remainder_costs(longest: int, party: int, mix: tuple[tuple[int, float], ...], ends: float) -> tuple[float, ...]:
    lengths = range(longest + 1)
    if not mix:
        return tuple(min(left, 4) / 4 + max(left - 4, 0) / 40 for left in lengths)
    wasted = _expected_waste(longest + party, mix)
    if not party:
        return tuple(min(left, 4) / 4 + max(left - 4, 0) / 40 + wasted[left] for left in lengths)
    seats = sum(size * share for size, share in mix)
    large = [(size, size * share / seats) for size, share in mix if size >= LARGE]
    # Where many parties are large, only the length of runs matters.
    weight = ends * max(0.0, 1 - 2.5 * sum(share for _size, share in large))
    room = [
        ROOM_FOR_LARGE * sum(share * (length // size) for size, share in large) for length in range(longest + party + 1)
    ]
    return tuple(
        ((left + party) ** 1.5 - left**1.5 + weight * (wasted[left] - wasted[left + party])) / 4
        + room[left + party]
        - room[left]
        for left in lengths
    )


def room_costs(lengths: Mapping[int, int], party: int, mix: Mapping[int, float], *, packs: bool) -> dict[int, float]:
    """What it costs, by the length of a run, that parties of the sizes in `mix` find less room after `party` took its
    seats there; `lengths` counts the runs of the hall by length. To be added to `remainder_costs` in a hall that fills.

    A size is scarce if many such parties would come until all is sold, and few find a place that leaves no single
    seat. Runs of four are no place for three: where nothing but such runs stays, each party of three leaves a seat
    alone. A single person who makes three seats of four then creates a place, and one who takes a seat of three
    destroys it. When whole rows are all that counts (`packs`), long runs are room for small parties only as far as
    large ones will not need them.
    """
    sizes = tuple(sorted(size for size, share in mix.items() if share >= RARE))
    long_enough = [length for length in lengths if party <= length <= LONGEST]
    if not sizes or not long_enough:
        return {}
    rooms = _rooms(min(max(lengths), LONGEST), sizes)
    parties = sum(length * count for length, count in lengths.items()) / sum(size * mix[size] for size in sizes)
    to_spare = _to_spare(lengths, parties * sum(mix[size] for size in sizes if size >= LARGE)) if packs else 1.0
    sharpness = SHARPNESS_PACKING if packs else SHARPNESS
    costs = dict.fromkeys(long_enough, 0.0)
    counted = [(min(length, LONGEST), count, to_spare if length >= LARGE else 1.0) for length, count in lengths.items()]
    for size, room in zip(sizes, rooms, strict=True):
        if size < LARGE:
            places = sum([count * room[length] * spared for length, count, spared in counted])
        else:
            places = sum([count * room[length] for length, count, _spared in counted])
        weight = ROOM * (mix[size] * parties / (places + NO_PLACE)) ** sharpness
        for length in long_enough:
            costs[length] += weight * (room[length] - room[length - party])
    return costs


def _to_spare(lengths: Mapping[int, int], large: float) -> float:
    """The share of the long runs that so many large parties will leave to smaller ones."""
    places = sum(count * (length // LARGE) for length, count in lengths.items())
    return max(0.0, 1 - large / places) if places else 0.0


@lru_cache(maxsize=128)
def _rooms(longest: int, sizes: tuple[int, ...]) -> tuple[tuple[float, ...], ...]:
    """For each size, by the length of a run: how much room it is for such parties."""
    return tuple(tuple(_room(length, size) for length in range(longest + 1)) for size in sizes)


def _room(length: int, size: int) -> float:
    """The mean of how many parties of this size fit one after the other and whether one does, without a single seat
    that stays."""
    one = length == size or length >= size + 2
    fitting = length // size
    if one and length % size == 1:
        fitting -= 1
    return (one + fitting) / 2 if one else 0.0


def _expected_waste(longest: int, mix: tuple[tuple[int, float], ...]) -> list[float]:
    """By the length of a run: how many seats stay empty if parties of this mix fill it as they come."""
    wasted = [0.0]
    for length in range(1, longest + 1):
        fitting = [(size, share) for size, share in mix if size <= length]
        total = sum(share for _size, share in fitting)
        ends = sum(share * wasted[length - size] for size, share in fitting) / total if fitting else float(length)
        wasted.append(1.0 if length == 1 else ends)
    return wasted


def read_mix(mix: Any) -> Mapping[int, float]:
    """The share of parties by size from {size: share} or [[size, share], ...]; what cannot be read is left out."""
    pairs = mix.items() if isinstance(mix, dict) else mix if isinstance(mix, list | tuple) else ()
    try:
        return _shares(tuple(pairs))
    except TypeError:  # a pair that is a list, which cannot be looked up
        return _shares.__wrapped__(pairs)


@lru_cache(maxsize=128)
def _shares(pairs: Iterable[Any]) -> Mapping[int, float]:
    shares: dict[int, float] = {}
    for pair in pairs:
        try:
            size, share = pair
            size, share = int(size), float(share)
        except (TypeError, ValueError, OverflowError):
            continue
        if 0 < size <= 100 and 0 < share < float("inf"):
            shares[size] = shares.get(size, 0.0) + share
    total = sum(shares.values())
    return {size: share / total for size, share in shares.items()} if 0 < total < float("inf") else {}
