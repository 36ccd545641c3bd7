"""Statements and returns as tables, for pages and for files."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cinema.money import ZERO
from film_hire.models import Statement, StatementLine
from film_hire.wording import in_words
from reports import definitions
from reports.models import TicketFigures
from reports.reading import Period, sums
from reports.tables import Column, Kind, Table
from screenings.models import Cinema, Distributor, Film

#: What leads from the box office to the base, with its sign; a column is left out where it is 0 on every line.
BETWEEN = (
    ("goodwill", gettext_lazy("Goodwill refunds"), 1),
    ("discounts", gettext_lazy("Discounts"), 1),
    ("raised", gettext_lazy("To the lowest price"), 1),
    ("points", gettext_lazy("Points"), -1),
    ("surcharges", gettext_lazy("Surcharges"), -1),
    ("other_share", gettext_lazy("Other films"), -1),
    ("vat", gettext_lazy("VAT"), -1),
    ("levy", gettext_lazy("Levy"), -1),
)


def statement_table(statement: Statement) -> Table:
    """A statement, explained line by line. Two queries."""
    lines = list(
        statement.lines.select_related("contract__film", "session__hall").order_by(
            "contract", "week", "kind", "about", "session__start_datetime", "is_correction", "pk"
        )
    )
    used = [(name, label, sign) for name, label, sign in BETWEEN if any(getattr(line, name) for line in lines)]
    advance = []
    if any(line.advance for line in lines):
        advance = [Column("advance", _("Paid in advance"), Kind.MONEY), Column("to_pay", _("To pay"), Kind.MONEY)]
    columns: list[Column] = [
        Column("film", _("Film")),
        Column("week", _("Week"), Kind.INTEGER),
        Column("about", _("Date"), Kind.DATE),
        Column("screening", _("Screening")),
        Column("format", _("Format")),
        Column("admissions", _("Paid tickets"), Kind.INTEGER),
        Column("comps", _("Free tickets"), Kind.INTEGER),
        Column("box_office", _("Box office"), Kind.MONEY, definitions.BOX_OFFICE),
        *(Column(name, label, Kind.MONEY) for name, label, _sign in used),
        Column("base", _("Base"), Kind.MONEY),
        Column("hire", _("Film hire"), Kind.MONEY),
        *advance,
        Column("note", _("Note")),
    ]
    signs = {name: sign for name, _label, sign in used}
    weeks = [line for line in lines if line.kind == StatementLine.Kind.WEEK]
    return Table(
        title=_("Film hire: %(distributor)s") % {"distributor": statement.distributor},
        subtitle=subtitle(statement),
        columns=columns,
        rows=[_row_of(line, statement.cinema, signs) for line in lines],
        totals=_totals_of(weeks, signs),
        notes=[_explanation(week) for week in weeks if week.steps],
        expected=len(lines),
    )


def _row_of(line: StatementLine, cinema: Cinema, signs: Mapping[str, int]) -> dict[str, Any]:
    is_week = line.kind == StatementLine.Kind.WEEK
    return {
        "film": line.contract.film.title,
        "week": line.week,
        "about": line.about,
        "screening": _("Whole week") if is_week else _screening(line, cinema),
        "format": line.contract.format if line.session is None else line.session.format,
        "admissions": line.admissions,
        "comps": line.comps,
        "box_office": line.box_office,
        **{name: sign * getattr(line, name) for name, sign in signs.items()},
        "base": line.base,
        "hire": line.hire if is_week else None,
        "advance": -line.advance if is_week else None,
        "to_pay": line.hire - line.advance if is_week else None,
        "note": _("Correction") if line.is_correction else "",
    }


def _totals_of(weeks: Sequence[StatementLine], signs: Mapping[str, int]) -> dict[str, Any]:
    """The sums of the weeks: the lines of their sessions are parts of them."""
    totals: dict[str, Any] = {name: sum(getattr(line, name) for line in weeks) for name in ("admissions", "comps")}
    totals |= {name: sum((getattr(line, name) for line in weeks), ZERO) for name in ("box_office", "base", "hire")}
    totals["advance"] = -sum((line.advance for line in weeks), ZERO)
    totals["to_pay"] = totals["hire"] + totals["advance"]
    return totals | {name: sign * sum((getattr(line, name) for line in weeks), ZERO) for name, sign in signs.items()}


def _explanation(week: StatementLine) -> str:
    name = {"film": week.contract, "week": week.week}
    start = _("%(film)s, week %(week)s") % name
    if week.is_correction:
        start = _("%(film)s, week %(week)s, as corrected") % name
    return f"{start}: {'; '.join(in_words(week.contract, week.steps))}."


def subtitle(statement: Statement) -> str:
    text = f"{statement.cinema}, {_days(statement)}"
    return text if statement.version == 1 else _("%(what)s, version %(number)s") % {
        "what": text, "number": statement.version,
    }  # fmt: skip


def _screening(line: StatementLine, cinema: Cinema) -> str:
    assert line.session is not None
    return f"{cinema.local(line.session.start_datetime):%H:%M}, {line.session.hall.name}"


# --- Returns


def gross_by_distributor(period: Period, distributor: Distributor | None = None) -> Table:
    """The gross of each film and day, by distributor or of one: what is reported each night.

    Two queries, and those of `sums`.
    """
    rows = sums(TicketFigures, period, by=["film_id", "cinema_id", "about"])
    films = Film.objects.select_related("distributor").in_bulk({row["film_id"] for row in rows})
    cinemas = {cinema.pk: cinema for cinema in period.cinemas}

    def named(row: dict[str, Any]) -> dict[str, Any]:
        film = films[row["film_id"]]
        return {
            "distributor": str(film.distributor or ""),
            "film": film.title,
            "cinema": cinemas[row["cinema_id"]].name,
            "about": row["about"],
            "admissions": definitions.ADMISSIONS.of(row),
            "box_office": definitions.BOX_OFFICE.of(row),
            "net": definitions.NET_BOX_OFFICE.of(row),
        }

    found = [
        named(row)
        for row in rows
        if row["sold"] and (distributor is None or films[row["film_id"]].distributor_id == distributor.pk)
    ]
    found.sort(key=lambda row: (row["distributor"], row["film"], row["cinema"], row["about"]))
    return Table(
        title=_("Gross by distributor"),
        subtitle=_days(period),
        columns=[
            Column("distributor", _("Distributor")),
            Column("film", _("Film")),
            Column("cinema", _("Cinema")),
            Column("about", _("Date"), Kind.DATE),
            Column("admissions", _("Admissions"), Kind.INTEGER, definitions.ADMISSIONS, is_summed=True),
            Column("box_office", _("Box office"), Kind.MONEY, definitions.BOX_OFFICE, is_summed=True),
            Column("net", _("Box office without VAT"), Kind.MONEY, definitions.NET_BOX_OFFICE, is_summed=True),
        ],
        rows=found,
    )


def reconciliation(period: Period) -> Table:
    """For each date: how the box office divides into the bases of statements and what is not part of them.

    A double bill with several distributors counts with the first of its contracts. Three queries, and those of `sums`.
    """
    lines: dict[int, StatementLine] = {}
    corrections: defaultdict[int, list[StatementLine]] = defaultdict(list)
    rows = sums(TicketFigures, period, by=["session_id", "about", "session__status"])
    wanted = StatementLine.objects.filter(
        statement__is_latest=True, kind=StatementLine.Kind.SESSION, session__in={row["session_id"] for row in rows}
    )
    for line in wanted.order_by("contract", "is_correction"):
        first = lines.setdefault(line.session_id or 0, line)
        if first is not line and first.contract_id == line.contract_id:
            corrections[line.session_id or 0].append(line)
    names = ["base", *(name for name, _label, _sign in BETWEEN)]
    signs = {"base": 1} | {name: -sign for name, _label, sign in BETWEEN}
    days: defaultdict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for row in rows:
        day, gross, session = days[row["about"]], definitions.BOX_OFFICE.of(row) or ZERO, row["session_id"]
        day["box_office"] += gross
        if session not in lines:
            day["open"] += gross
            continue
        settled = [lines[session], *corrections[session]]
        for name in names:
            day[name] += signs[name] * sum((getattr(line, name) for line in settled), ZERO)
        day["later"] += gross - sum((line.box_office for line in settled), ZERO)
    for day in days.values():
        parts = (*names, "open", "later")
        day["difference"] = day["box_office"] - sum((day[name] for name in parts), ZERO)
    money: list[tuple[str, Any]] = [
        ("box_office", _("Box office")),
        ("base", _("Base")),
        *((name, label) for name, label, _sign in BETWEEN if any(day[name] for day in days.values())),
        ("open", _("Without a contract, or not settled yet")),
        ("later", _("Booked since the statement")),
        ("difference", _("Difference")),
    ]
    return Table(
        title=_("Box office and film hire"),
        subtitle=_days(period),
        columns=[
            Column("about", _("Date"), Kind.DATE),
            *(Column(name, label, Kind.MONEY, is_summed=True) for name, label in money),
        ],
        rows=[{"about": about, **{name: day[name] for name, _label in money}} for about, day in sorted(days.items())],
    )


def _days(period: Period | Statement) -> str:
    return f"{date_format(period.first, 'SHORT_DATE_FORMAT')} – {date_format(period.last, 'SHORT_DATE_FORMAT')}"
