"""What the programme advice is given of contracts, and what it says: lines of changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from screenings.models import PlannedSession, Session

Row = Session | PlannedSession


@dataclass(frozen=True)
class Agreed:
    """What was agreed with distributors: the least showings of the week by film, and what a session costs in film hire,
    by the session, its admissions and its takings."""

    shows: Mapping[int, int] = field(default_factory=dict)
    hire: Callable[[Session, float, float], float] = lambda _session, _admissions, _takings: 0.0


NOTHING = Agreed()


@dataclass(frozen=True)
class Change:
    """A row that goes away or moves, and the session that comes or that it becomes; one of them may be None."""

    row: Row | None
    place: Session | None  # not stored


@dataclass(frozen=True)
class Line:
    key: str
    kind: str  # add, drop, move, replace or exchange
    changes: list[Change]
    admissions: float
    takings: Decimal
    showings: int
    kept: Decimal  # of the takings, after film hire
    worth: Decimal  # of these, after what a showing more costs to run; a drop saves that

    @property
    def goes_off_sale(self) -> bool:
        """Whether it takes published sessions back into the planner."""
        return any(isinstance(change.row, Session) for change in self.changes)


@dataclass(frozen=True)
class Advice:
    lines: list[Line] = field(default_factory=list)
    score: float = 0.0
    bound: float = 0.0  # no choice of as many lines is worth more
    is_exact: bool = True
    considered: int = 0

    @property
    def admissions(self) -> float:
        return sum(line.admissions for line in self.lines)

    @property
    def takings(self) -> Decimal:
        return sum((line.takings for line in self.lines), Decimal(0))

    @property
    def kept(self) -> Decimal:
        return sum((line.kept for line in self.lines), Decimal(0))

    @property
    def worth(self) -> Decimal:
        return sum((line.worth for line in self.lines), Decimal(0))
