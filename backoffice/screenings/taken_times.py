"""At what times halls are taken by the rows of a file, so that two of its rows do not meet."""

from bisect import bisect_left, insort
from collections import defaultdict
from datetime import datetime

from screenings.models import Session


class TakenTimes:
    """The times at which halls are taken, none of which meet: (start, free from, number) by hall, in order."""

    def __init__(self) -> None:
        self._times: dict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)

    def add(self, session: Session, *, number: int) -> None:
        insort(self._times[session.hall_id], (session.start_datetime, session.free_from, number))

    def meeting(self, session: Session) -> int | None:
        """The number of one that meets this session."""
        times = self._times[session.hall_id]
        place = bisect_left(times, (session.start_datetime,))
        for start, free_from, number in times[max(place - 1, 0) : place + 1]:
            if start < session.free_from and free_from > session.start_datetime:
                return number
        return None
