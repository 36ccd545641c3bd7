"""Finds the best place for a party among the stretches of free seats of a hall."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf
from operator import sub

from screenings.seating.emphasis import AWAY, FOR_THE_VIEW, LARGE, PACKING, TOWARDS, Emphasis
from screenings.seating.hall import Hall, SeatId, Stretch, distances

BEYOND = 20.0  # how many steps each one counts that a place is farther than those among which whole rows are kept
# In a hall that stays half empty: how many steps nearer than the seats that will be sold those are of which a remainder
# counts, and how many times as much it counts, as these are few.
NOT_FOR_SURE, FEW_SEATS_LEFT = 0.4, 1.4


@dataclass(frozen=True, slots=True)
class Placement:
    """Seats side by side; `singles` and `parted` are what they leave alone (see `Stretch`)."""

    stretch: Stretch
    start: int
    count: int
    singles: int = 0
    parted: int = 0

    @property
    def ids(self) -> list[SeatId]:
        return self.stretch.ids(self.start, self.count)

    @property
    def parts_halves(self) -> bool:
        """Whether it takes one half of a love seat only."""
        return self.stretch.parted_halves(self.start, self.count) > 0

    @property
    def centre(self) -> tuple[float, float]:
        seats = self.stretch.seats[self.start : self.start + self.count]
        return sum(seat["x"] for seat in seats) / self.count, sum(seat["y"] for seat in seats) / self.count


@dataclass(frozen=True, slots=True)
class Search:
    """What makes one place better than another.

    `point` has the best view; `farthest` is the distance of the farthest seat from it and `reach` that of those among
    which whole rows are kept (see `Emphasis`), in steps between seats; `costs` are those of a remainder by its length.
    """

    hall: Hall
    point: tuple[float, float]
    farthest: float
    reach: float
    emphasis: Emphasis
    costs: Sequence[float]

    def best(self, stretches: Sequence[Stretch], count: int) -> Placement | None:
        """None only if no stretch is long enough. A seat is left alone only if every place would do so."""
        long_enough = [stretch for stretch in stretches if len(stretch.seats) >= count]
        return self._tidy(long_enough, count) or self._least_bad(long_enough, count)

    def _tidy(self, stretches: Sequence[Stretch], count: int) -> Placement | None:
        """The best place that leaves nothing alone, or None.

        It costs the remainder of its stretch, and as much as an opened stretch if it divides the stretch in two; and
        how far its seats are, above all beyond the places that are nearly as near as the nearest.
        """
        if self.emphasis.stays_half_empty:
            return self._tidy_half_empty(stretches, count)
        found: tuple[Stretch, int] | None = None
        best = inf
        price, costs, packs = self.emphasis.price, self.costs, self.emphasis.packs
        by_distance = [] if packs else self._by_distance(stretches)
        known = {stretch: (nearest, away) for nearest, _number, stretch, away in by_distance}
        near = self._near(by_distance, count)
        for stretch in sorted(stretches, key=lambda stretch: costs[len(stretch.seats) - count]):
            left = len(stretch.seats) - count
            cost = costs[left] * price
            if cost >= best:
                break
            if left == 1:
                continue
            if packs:
                views = self._views(stretch, count)
            else:
                nearest, away = known[stretch]
                if cost + nearest >= best:
                    continue
                views = self._means(away, count)
            if stretch.left or stretch.right or stretch.halves:
                starts = [start for start in range(left + 1) if not self._leaves_alone(stretch, start, count)]
            elif cost + price < best and left >= 4:
                inside = views[2 : left - 1]  # one more or less would leave a single seat
                starts = [0, left, 2 + inside.index(min(inside))]
            else:
                starts = [0, left]
            for start in starts:
                view = views[start]
                score = cost + view + (price if 0 < start < left else 0.0)
                if view > near:
                    score += BEYOND * (view - near)
                if score < best:
                    found, best = (stretch, start), score
        return Placement(*found, count) if found else None

    def _tidy_half_empty(self, stretches: Sequence[Stretch], count: int) -> Placement | None:
        """The same where the hall stays half empty: of the remainder, on either side, only the seats within `reach`
        count. Those beyond it stay free whatever is done, so that a run ends there as at a wall."""
        found: tuple[Stretch, int] | None = None
        best = inf
        price, costs = self.emphasis.price * FEW_SEATS_LEFT, self.costs
        far = (self.reach - NOT_FOR_SURE) * self.hall.spacing
        by_distance = self._by_distance(stretches)
        near = self._near(by_distance, count)
        for at_least, _number, stretch, away in by_distance:
            if at_least >= best:
                break
            views = self._means(away, count)
            inside = [each for each, distance in enumerate(away) if distance <= far]
            first, end = (inside[0], inside[-1] + 1) if inside else (0, 0)
            left, is_alone = len(away) - count, stretch.left or stretch.right or stretch.halves
            for start, view in enumerate(views):
                if view >= best:
                    continue
                if self._leaves_alone(stretch, start, count) if is_alone else start == 1 or left - start == 1:
                    continue
                before, after = min(start, end) - first, end - max(first, start + count)
                score = view
                if before > 0:
                    score += price * costs[before]
                if after > 0:
                    score += price * (costs[after] + (before > 0))
                if view > near:
                    score += BEYOND * (view - near)
                if score < best:
                    found, best = (stretch, start), score
        return Placement(*found, count) if found else None

    def _leaves_alone(self, stretch: Stretch, start: int, count: int) -> bool:
        return any(stretch.new_singles(start, count)) or stretch.parted_halves(start, count) > 0

    def _least_bad(self, stretches: Sequence[Stretch], count: int) -> Placement | None:
        """If every place leaves a seat alone: the fewest such seats, then the best as usual."""
        found, best = None, (inf, inf, inf, inf)
        for stretch in stretches:
            left = len(stretch) - count
            views = self._views(stretch, count)
            for start in range(left + 1):
                parted, (singles, nearly) = stretch.parted_halves(start, count), stretch.new_singles(start, count)
                cost = self.costs[left] + (0 < start < left)
                key = (parted, singles, nearly, cost * self.emphasis.price + views[start])
                if found is None or key < best:
                    found, best = Placement(stretch, start, count, singles, parted), key
        return found

    def _views(self, stretch: Stretch, count: int) -> list[float]:
        """For each first seat: how far the seats are on average from where they should be, in steps between seats."""
        x, y = self.point
        views = self._means(distances(stretch.seats, x, y), count)
        price = self.emphasis.price
        if price < PACKING:
            return views
        farthest, aim = self.farthest, self.emphasis.target * self.farthest
        if count >= LARGE:
            towards = TOWARDS * price
            return [abs(view - aim) + towards * view for view in views]
        if len(stretch.seats) >= LARGE:
            equal = AWAY * price * farthest
            return [abs(view - aim) + equal for view in views]
        away = AWAY * price
        return [abs(view - aim) + away * (farthest - view) for view in views]

    def _means(self, away: Sequence[float], count: int) -> list[float]:
        """For each first seat: the mean of `count` distances, in steps between seats."""
        totals = list(accumulate(away, initial=0.0))
        scale = 1 / (count * self.hall.spacing)
        return [each * scale for each in map(sub, totals[count:], totals)]

    def _by_distance(self, stretches: Sequence[Stretch]) -> list[tuple[float, int, Stretch, list[float]]]:
        """Each stretch with how far its nearest seat is (in steps) and all of its seats are (in the unit of their
        coordinates), the nearest stretch first."""
        x, y = self.point
        spacing = self.hall.spacing
        every = distances([seat for stretch in stretches for seat in stretch.seats], x, y)
        found, start = [], 0
        for number, stretch in enumerate(stretches):
            away = every[start : (start := start + len(stretch.seats))]
            found.append((min(away) / spacing, number, stretch, away))
        found.sort()
        return found

    def _near(self, by_distance: Sequence[tuple[float, int, Stretch, list[float]]], count: int) -> float:
        """How far places are that count as nearly as good as the nearest one, in steps."""
        nearest = inf
        for at_least, _number, _stretch, away in by_distance:
            if at_least >= nearest:
                break
            nearest = min(nearest, *self._means(away, count))
        return min(nearest + self.emphasis.near, max(self.reach, nearest))

    def split(self, stretches: Sequence[Stretch], count: int) -> list[Placement]:
        """The fewest groups, near each other, as even as possible. The stretches must have `count` seats together.

        Two groups are less even if fewer seats are left alone then: six people sit as four and two rather than as three
        and three in runs of four. Nobody sits alone for that.
        """
        sizes = even_sizes([len(stretch) for stretch in stretches], count)
        groups = self._groups(stretches, sizes)
        if len(sizes) == 2:
            longest = max(map(len, stretches))
            for larger in range(sizes[0] + 1, min(longest, count - 2) + 1):
                if not _left_alone(groups):
                    break
                groups = min(groups, self._groups(stretches, [larger, count - larger]), key=_left_alone)
        return groups

    def _groups(self, stretches: Sequence[Stretch], sizes: Sequence[int]) -> list[Placement]:
        search, free, groups = self, list(stretches), []
        for size in sizes:  # the largest first, each in a stretch of its own, so that one is left for each
            group = search.best(free, size)
            assert group is not None
            groups.append(group)
            free.remove(group.stretch)
            centres = [each.centre for each in groups]
            middle = (sum(x for x, _y in centres) / len(centres), sum(y for _x, y in centres) / len(centres))
            search = replace(self, point=middle, emphasis=FOR_THE_VIEW)
        return groups


def _left_alone(groups: Sequence[Placement]) -> int:
    """How many seats and halves of love seats these leave alone."""
    return sum(group.singles + group.parted for group in groups)


def even_sizes(lengths: Sequence[int], count: int) -> list[int]:
    """The sizes of the fewest groups that fit into stretches of these lengths, as even as possible, largest first."""
    chosen: list[int] = []
    for length in sorted(lengths, reverse=True):
        if sum(chosen) >= count:
            break
        chosen.append(length)
    sizes = []
    for groups_left, length in zip(range(len(chosen), 0, -1), reversed(chosen), strict=True):
        sizes.append(min(length, count // groups_left))
        count -= sizes[-1]
    return sorted(sizes, reverse=True)
