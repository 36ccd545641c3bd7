"""What happened when: entries that are lived through in the order of time, each of which may write further ones."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Happening = Callable[[datetime], None]


class Diary:
    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Happening]] = []
        self._numbers = count()  # what is noted first happens first, where the time is the same

    def note(self, at: datetime, happening: Happening) -> None:
        heapq.heappush(self._entries, (at, next(self._numbers), happening))

    def live(self, until: datetime) -> None:
        """Live through everything up to and including `until`; what lies after it does not happen."""
        while self._entries and self._entries[0][0] <= until:
            at, _number, happening = heapq.heappop(self._entries)
            happening(at)
