"""What charts are drawn of: scale, grid, labels, and coordinates that fit any width."""

import math
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, get_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cinema.money import CENT, currency_sign
from reports.charts import svg
from reports.charts.svg import tag
from reports.tables import Chart, Column, Kind, Table, Text, cell_text, in_zone

Value = Decimal | int | float | None
Series = Mapping[Text, Sequence[Value]]  # the values of each, by its name; one value for each label

HEIGHT = 200  # of the plot, in pixels
TOP = 18  # room for the text of the highest line
AXIS = 24  # room below it, for the labels
WHOLE_HEIGHT = TOP + HEIGHT + AXIS
PLOT_WIDTH = 640  # of the coordinates of lines, which browsers stretch to the width of the page
MOST_MARKS = 120  # marks that say their value under the mouse; with more, they would hide one another
COLOURS = 6  # of series
EDGE = 7  # per cent of the width, in which a label must not be centred on its point
LABEL = Column("label", "")


class Scale:
    """The vertical scale: from the lowest value, or 0, to the highest, in round steps."""

    def __init__(self, values: Iterable[float]) -> None:
        known = [*values, 0.0]
        low, high = min(known), max(known)
        self.step = round_step((high - low) / 4)
        self.low = math.floor(low / self.step + 1e-9) * self.step
        self.high = max(math.ceil(high / self.step - 1e-9) * self.step, self.low + self.step)

    @classmethod
    def of(cls, series: Series) -> "Scale":
        return cls(as_float(value) for values in series.values() for value in values if value is not None)

    def y(self, value: float) -> float:
        """The distance from the top, in pixels."""
        return TOP + HEIGHT * (self.high - value) / (self.high - self.low)

    def ticks(self) -> Iterator[float]:
        for count in range(round((self.high - self.low) / self.step) + 1):
            yield self.low + count * self.step


def round_step(rough: float) -> float:
    """The smallest of 1, 2, 2.5 and 5 times a power of ten that is not below `rough`."""
    if rough <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9))


def grid(scale: Scale) -> SafeString:
    """A line across for each step of the scale."""
    return svg.joined(
        tag("line", class_="grid" if tick else "zero", x1=0, x2="100%", y1=scale.y(tick), y2=scale.y(tick))
        for tick in scale.ticks()
    )


def ticks(scale: Scale, kind: Kind) -> SafeString:
    """The values of the grid's lines, to the left of the plot."""
    return svg.joined(
        tag("text", text, class_="tick", x=-8, y=scale.y(tick) + 4, text_anchor="end")
        for tick, text in zip(scale.ticks(), tick_texts(scale, kind), strict=True)
    )


def tick_texts(scale: Scale, kind: Kind) -> list[str]:
    """Large values in thousands or millions, so that the plot keeps its width on a phone."""
    largest = max(abs(scale.low), abs(scale.high))
    unit, pattern = 1, "%(number)s"
    if largest >= 1_000_000:
        # Translators: a million, short, beside the axis of a chart.
        unit, pattern = 1_000_000, _("%(number)sM")
    elif largest >= 10_000:
        # Translators: a thousand, short, beside the axis of a chart.
        unit, pattern = 1_000, _("%(number)sK")
    if unit == 1:
        return [bound_text(tick, kind) for tick in scale.ticks()]
    sign = f"\N{NO-BREAK SPACE}{currency_sign()}" if kind is Kind.MONEY else "%" if kind is Kind.PERCENT else ""
    return [
        f"{pattern % {'number': bound_text(tick / unit, Kind.DECIMAL)}}{sign}" if tick else bound_text(tick, kind)
        for tick in scale.ticks()
    ]


def gutter(texts: Iterable[str]) -> str:
    """The class of a chart with room for these texts beside the plot: see charts.css."""
    return "narrow" if max(map(len, texts), default=0) <= 5 else "broad"


def bound_text(value: float, kind: Kind) -> str:
    """A value of the scale, without places that it does not need."""
    exact = Decimal(f"{value:.6g}")
    if exact == exact.to_integral_value():
        return cell_text(exact.to_integral_value(), kind)
    if kind is Kind.MONEY:
        return cell_text(exact.quantize(CENT), kind)
    return cell_text(exact.quantize(CENT).normalize(), Kind.DECIMAL if kind is Kind.INTEGER else kind)


def x_of(index: int, count: int) -> float:
    """The place of a point of a line, in per cent of the width."""
    return 100 * index / (count - 1) if count > 1 else 50.0


def point(index: int, count: int, value: Value, scale: Scale) -> str:
    """The same in the coordinates of `stretched`, with its height."""
    x = x_of(index, count) * PLOT_WIDTH / 100
    return f"{svg.number(x)},{svg.number(scale.y(as_float(value)))}"


def polylines(number: int, values: Sequence[Value], scale: Scale) -> Iterator[SafeString]:
    """A line through the points of a series; None leaves a gap."""
    run: list[str] = []
    for index, value in enumerate([*values, None]):
        if value is not None:
            run.append(point(index, len(values), value, scale))
        elif run:
            points = " ".join(run if len(run) > 1 else run * 2)
            yield tag("polyline", class_=f"line s{number % COLOURS}", vector_effect="non-scaling-stroke", points=points)
            run = []


def stretched(shapes: Iterable[SafeString]) -> SafeString:
    """Shapes in coordinates `PLOT_WIDTH` wide, which the browser stretches to the width of the page."""
    size = {"width": "100%", "height": WHOLE_HEIGHT, "viewBox": f"0 0 {PLOT_WIDTH} {WHOLE_HEIGHT}"}
    return tag("svg", *shapes, **size, preserveAspectRatio="none")


def dots(texts: Sequence[str], series: Series, scale: Scale, kind: Kind) -> Iterator[SafeString]:
    """A dot for each point, which says its value under the mouse; none where they would run into each other."""
    if len(texts) * len(series) > MOST_MARKS:
        return
    for number, (name, values) in enumerate(series.items()):
        for index, value in enumerate(values):
            if value is not None:
                said = svg.title(mark_text(texts[index], name, value, kind, several=len(series) > 1))
                x, y = svg.percent(x_of(index, len(values))), scale.y(as_float(value))
                yield tag("circle", said, class_=f"dot s{number % COLOURS}", cx=x, cy=y, r=3)


def mark_text(label: str, name: Text, value: Value, kind: Kind, *, several: bool) -> str:
    return f"{label}, {name}: {cell_text(value, kind)}" if several else f"{label}: {cell_text(value, kind)}"


def x_labels(texts: Sequence[str], place: Callable[[int], float]) -> Iterator[SafeString]:
    """Labels at equal distances: a few on a phone, and twice as many where there is room."""
    count, longest = len(texts), max(map(len, texts), default=0)
    most = 8 if longest <= 3 else 5 if longest <= 6 else 4 if longest <= 9 else 3
    step = 1 if count <= most else math.ceil((count - 1) / (2 * most - 2))
    for index in range(0, count, step):
        on_a_phone = count <= most or index % (2 * step) == 0
        at = place(index)
        anchor = "middle" if longest <= 3 else "start" if at < EDGE else "end" if at > 100 - EDGE else "middle"
        yield tag(
            "text",
            shortened(texts[index], 14),
            class_="label" if on_a_phone else "label wide",
            x=svg.percent(at),
            y=TOP + HEIGHT + 17,
            text_anchor=anchor,
        )


def axis_texts(labels: Sequence[Any], label: Column) -> list[str]:
    """Days without their year, which the title or the table says."""
    if label.kind not in (Kind.DATE, Kind.INSTANT):
        return label_texts(labels, label)
    form = re.sub(r"[\s./-]*Y[\s./-]*", "", str(get_format("SHORT_DATE_FORMAT")))
    if label.kind is Kind.INSTANT:
        return [date_format(in_zone(each, None), f"{form} H:i") for each in labels]
    return [date_format(each, form) for each in labels]


def make_chart(
    title: Text,
    labels: Sequence[Any],
    series: Series,
    *,
    kind: Kind,
    label: Column,
    parts: Iterable[SafeString],
    height: int = WHOLE_HEIGHT,
    gutter: str = "",
    legend: Sequence[tuple[str, str]] | None = None,
    markup: SafeString | None = None,
) -> Chart:
    """A chart with the table of its figures, a description of them, and a legend if it has several series."""
    columns = [label, *(Column(f"series{number}", name, kind) for number, name in enumerate(series))]
    rows = [list(row) for row in zip(labels, *series.values(), strict=True)]
    body = svg.joined(parts)
    if legend is None:
        legend = [(f"s{number % COLOURS}", str(name)) for number, name in enumerate(series)]
    return Chart(
        key=f"chart-{zlib.crc32(f'{title}{body}'.encode()):08x}",
        table=Table(title, columns, rows),
        description=_description(rows, series, kind, label),
        body=body,
        height=height,
        gutter=gutter,
        legend=legend if len(legend) > 1 else (),
        markup=markup,
    )


def _description(rows: Sequence[Any], series: Series, kind: Kind, label: Column) -> str:
    """The lowest and the highest value of each series, in words."""
    said = []
    for number, name in enumerate(series, start=1):
        known = sorted((row for row in rows if row[number] is not None), key=lambda row: as_float(row[number]))
        if known:
            said.append(
                _("%(name)s: lowest %(low)s (%(low_at)s), highest %(high)s (%(high_at)s).")
                % {
                    "name": name,
                    "low": cell_text(known[0][number], kind),
                    "low_at": cell_text(known[0][0], label.kind),
                    "high": cell_text(known[-1][number], kind),
                    "high_at": cell_text(known[-1][0], label.kind),
                }
            )
    return " ".join(said) or _("No figures for this period.")


def label_texts(labels: Sequence[Any], label: Column) -> list[str]:
    return [cell_text(each, label.kind) for each in labels]


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def as_float(value: Value) -> float:
    return float(value or 0)
