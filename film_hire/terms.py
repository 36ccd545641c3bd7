"""What a distributor is owed for a film: pure functions of the terms of a contract and the tickets of its sessions.

All amounts are `Decimal` with two places. An amount is rounded half up where a function says so, and nowhere else: the
share, the VAT and the levy of each session, and the hire of each week. docs/film-hire.md has an example by hand.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

ZERO, CENT, HUNDRED = Decimal(0), Decimal("0.01"), Decimal(100)


class Method(StrEnum):
    """How the hire of a week is computed, before minimums and the guarantee."""

    PERCENT = "PERCENT"  # a percentage of the base, by week
    FIXED = "FIXED"  # an amount for the whole contract, split evenly by its weeks
    FIXED_WEEK = "FIXED_WEEK"
    FIXED_SESSION = "FIXED_SESSION"
    PER_HEAD = "PER_HEAD"
    HOUSE_WEEK = "HOUSE_WEEK"  # the cinema keeps an amount a week, the distributor gets the rest
    HOUSE_SESSION = "HOUSE_SESSION"


class Rule(StrEnum):
    """The steps of a calculation. The largest of those before `GUARANTEE` is the hire; the guarantee is added to it.

    `ADVANCE` says how much of it is paid already.
    """

    METHOD = "METHOD"
    HOUSE_COST = "HOUSE_COST"
    MINIMUM_HEAD = "MINIMUM_HEAD"
    MINIMUM_WEEK = "MINIMUM_WEEK"
    GUARANTEE = "GUARANTEE"
    ADVANCE = "ADVANCE"


@dataclass(frozen=True)
class Terms:
    """The terms of a contract. Amounts are those of one cinema."""

    method: Method = Method.PERCENT
    percents: tuple[Decimal, ...] = ()  # by week; the last one holds for later weeks too
    amount: Decimal = ZERO  # of the methods with an amount
    house_cost: Decimal | None = None  # with `house_percent`: a percentage of what the base exceeds this by
    house_percent: Decimal = ZERO
    minimum_head: Decimal = ZERO
    minimum_week: Decimal = ZERO
    guarantee: Decimal = ZERO  # of the whole contract, due with its last week
    advance: Decimal = ZERO  # paid before: the hire of the first weeks, until it is used up
    comps_count: bool = False  # as heads
    without_vat: bool = True
    levy_percent: Decimal = ZERO  # of the amount without VAT, if that is deducted
    share_percent: Decimal = HUNDRED  # of a double bill
    points_count: bool = True
    discounts_reduce: bool = True
    lowest_price: Decimal = ZERO  # tickets sold below it count with it; free tickets do not
    surcharge: Decimal = ZERO  # of each paid ticket, outside hire
    goodwill_reduces: bool = False


@dataclass(frozen=True)
class Tickets:
    """Equal tickets of a session. `is_goodwill`: refunded although the session took place."""

    count: int
    price: Decimal
    discount: Decimal = ZERO
    points: Decimal = ZERO
    is_refunded: bool = False
    is_goodwill: bool = False


@dataclass(frozen=True)
class Base:
    """How the box office of a session leads to the base of the hire.

    base = box_office + goodwill + discounts + raised - points - surcharges - other_share - vat - levy
    """

    admissions: int = 0  # that were paid for
    comps: int = 0
    box_office: Decimal = ZERO
    goodwill: Decimal = ZERO
    discounts: Decimal = ZERO
    raised: Decimal = ZERO
    points: Decimal = ZERO
    surcharges: Decimal = ZERO
    other_share: Decimal = ZERO
    vat: Decimal = ZERO
    levy: Decimal = ZERO
    base: Decimal = ZERO

    def __add__(self, other: "Base") -> "Base":
        return Base(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(Base)})

    def __sub__(self, other: "Base") -> "Base":
        return Base(**{each.name: getattr(self, each.name) - getattr(other, each.name) for each in fields(Base)})


@dataclass(frozen=True)
class Step:
    """A rule and the amount that it gives, with the numbers that it was computed from."""

    rule: Rule
    amount: Decimal
    numbers: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Hire:
    amount: Decimal = ZERO
    steps: tuple[Step, ...] = ()
    percent: Decimal | None = field(default=None)
    advance: Decimal = ZERO  # how much of the amount was paid in advance


def rounded(amount: Decimal) -> Decimal:
    """To two places, half up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def base_of(tickets: Iterable[Tickets], terms: Terms, *, vat_percent: int) -> Base:
    """The base of one session. Rounds its share, its VAT and its levy."""
    sums = dict.fromkeys(("box_office", "goodwill", "discounts", "raised", "points", "surcharges"), ZERO)
    admissions = comps = 0
    for each in tickets:
        value = each.price - each.discount
        is_goodwill = each.is_refunded and each.is_goodwill and not terms.goodwill_reduces
        if each.is_refunded and not is_goodwill:
            continue
        if each.price == ZERO:
            comps += each.count
            continue
        admissions += each.count
        discount = ZERO if terms.discounts_reduce else each.discount
        raised = max(ZERO, terms.lowest_price - value - discount)
        points = ZERO if terms.points_count else each.points
        surcharge = min(terms.surcharge, value + discount + raised - points)
        sums["goodwill" if is_goodwill else "box_office"] += each.count * value
        sums["discounts"] += each.count * discount
        sums["raised"] += each.count * raised
        sums["points"] += each.count * points
        sums["surcharges"] += each.count * surcharge
    added = sums["box_office"] + sums["goodwill"] + sums["discounts"] + sums["raised"]
    taken = added - sums["points"] - sums["surcharges"]
    own = rounded(taken * terms.share_percent / HUNDRED)
    vat = rounded(own * vat_percent / (HUNDRED + vat_percent)) if terms.without_vat else ZERO
    levy = rounded((own - vat) * terms.levy_percent / HUNDRED)
    return Base(
        admissions=admissions, comps=comps, **sums, other_share=taken - own, vat=vat, levy=levy, base=own - vat - levy
    )


def hire_of(
    sessions: Sequence[Base], terms: Terms, *, week: int, weeks: int | None = None, earlier: Decimal = ZERO
) -> Hire:
    """The hire of a week of the contract, from 1 on. Rounds each step.

    `weeks` is the number of weeks of the contract, if it has an end: `FIXED` and the guarantee need one. `earlier` is
    the hire of all weeks before.
    """
    base = sum((each.base for each in sessions), ZERO)
    heads = sum(each.admissions + (each.comps if terms.comps_count else 0) for each in sessions)
    percent = terms.percents[min(week, len(terms.percents)) - 1] if terms.percents else ZERO
    steps = [_by_method(sessions, terms, base=base, heads=heads, percent=percent, week=week, weeks=weeks)]
    if terms.method == Method.PERCENT and terms.house_cost is not None:
        above = rounded(max(ZERO, base - terms.house_cost) * terms.house_percent / HUNDRED)
        steps.append(Step(Rule.HOUSE_COST, above, (base, terms.house_cost, terms.house_percent)))
    if terms.minimum_head:
        numbers = (terms.minimum_head, Decimal(heads))
        steps.append(Step(Rule.MINIMUM_HEAD, rounded(terms.minimum_head * heads), numbers))
    if terms.minimum_week and sessions:
        steps.append(Step(Rule.MINIMUM_WEEK, terms.minimum_week))
    amount = max(step.amount for step in steps)
    if terms.guarantee and week == weeks:
        missing = max(ZERO, terms.guarantee - earlier - amount)
        steps.append(Step(Rule.GUARANTEE, missing, (terms.guarantee, earlier + amount)))
        amount += missing
    advance = min(terms.advance, earlier + amount) - min(terms.advance, earlier)
    if advance:
        steps.append(Step(Rule.ADVANCE, advance, (terms.advance, amount - advance)))
    return Hire(amount, tuple(steps), percent if terms.method == Method.PERCENT else None, advance)


def _by_method(
    sessions: Sequence[Base],
    terms: Terms,
    *,
    base: Decimal,
    heads: int,
    percent: Decimal,
    week: int,
    weeks: int | None,
) -> Step:
    amount = ZERO
    numbers: tuple[Decimal, ...] = (terms.amount,)
    match terms.method:
        case Method.PERCENT:
            amount, numbers = rounded(base * percent / HUNDRED), (base, percent)
        case Method.FIXED:
            before, after = (rounded(terms.amount * each / (weeks or 1)) for each in (week - 1, week))
            amount = after - before  # so that the weeks add up to the amount
            numbers = (terms.amount, Decimal(weeks or 1))
        case Method.FIXED_WEEK:
            amount = terms.amount if sessions else ZERO
        case Method.FIXED_SESSION:
            amount, numbers = terms.amount * len(sessions), (terms.amount, Decimal(len(sessions)))
        case Method.PER_HEAD:
            amount, numbers = rounded(terms.amount * heads), (terms.amount, Decimal(heads))
        case Method.HOUSE_WEEK:
            amount, numbers = max(ZERO, base - terms.amount), (base, terms.amount)
        case Method.HOUSE_SESSION:
            amount = sum((max(ZERO, each.base - terms.amount) for each in sessions), ZERO)
            numbers = (base, terms.amount)
    return Step(Rule.METHOD, amount, numbers)
