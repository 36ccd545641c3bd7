"""An event queue: runs simulated events in the order of their instants. An event may add further events."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Event = Callable[[datetime], None]


class Timeline:
    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Event]] = []
        self._numbers = count()  # events of the same instant run in the order in which they were added

    def add(self, at: datetime, event: Event) -> None:
        heapq.heappush(self._entries, (at, next(self._numbers), event))

    def run_until(self, until: datetime) -> None:
        """Run every event up to and including `until`. Later ones stay in the queue."""
        while self._entries and self._entries[0][0] <= until:
            at, _number, event = heapq.heappop(self._entries)
            event(at)
