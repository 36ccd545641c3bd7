"""Heat maps: tables whose cells are coloured in five steps."""

import math
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from django.utils.safestring import SafeString

from reports.charts import svg
from reports.charts.drawing import (
    LABEL,
    Series,
    Value,
    as_float,
    bound_text,
    label_texts,
    make_chart,
    round_step,
    shortened,
)
from reports.charts.svg import tag
from reports.tables import Chart, Column, Kind, Text, cell_text

Links = Sequence[Sequence[str]]  # for each label: where the cell of each series leads

STEPS = 5
NAMES_WIDTH = 14  # per cent
ROW = 26  # pixels


class Steps:
    """Five steps of equal width, with round bounds, from the lowest value to the highest."""

    def __init__(self, values: Iterable[Value]) -> None:
        known = [as_float(value) for value in values if value is not None]
        lowest, highest = min(known, default=0.0), max(known, default=0.0)
        self.low, self.width = lowest, 0.0
        while self.low + self.width * STEPS < highest:
            self.width = round_step(self.width * 1.01 or (highest - lowest) / STEPS)
            self.low = math.floor(lowest / self.width) * self.width

    def css_class(self, value: Value) -> str:
        if value is None:
            return ""
        return f"h{min(int((as_float(value) - self.low) / self.width), STEPS - 1) if self.width else 0}"

    def legend(self, kind: Kind) -> list[tuple[str, str]]:
        if not self.width:
            return []
        bounds = [bound_text(self.low + self.width * number, kind) for number in range(STEPS + 1)]
        return [(f"h{number}", f"{bounds[number]} – {bounds[number + 1]}") for number in range(STEPS)]


def heat_map(
    title: Text,
    labels: Sequence[Any],
    series: Series,
    *,
    kind: Kind = Kind.PERCENT,
    label: Column = LABEL,
    links: Links = (),
) -> Chart:
    """A row for each label and a column for each series: dayparts down and weekdays across, for example.

    On pages, cells with a value lead to `links`.
    """
    steps = Steps(value for values in series.values() for value in values)
    texts = label_texts(labels, label)
    grid = list(zip(*series.values(), strict=True))
    return make_chart(
        title,
        labels,
        series,
        kind=kind,
        label=label,
        parts=_image(texts, grid, [str(name) for name in series], steps, kind),
        height=(len(labels) + 1) * ROW,
        legend=steps.legend(kind),
        markup=_table(title, texts, grid, series, steps, kind, label, links),
    )


def _table(
    title: Text,
    texts: Sequence[str],
    grid: Sequence[Sequence[Value]],
    names: Iterable[Text],
    steps: Steps,
    kind: Kind,
    label: Column,
    links: Links,
) -> SafeString:
    corner = tag("th", label.label, scope="col") if label.label else tag("td")
    head = tag("tr", corner, *(tag("th", name, scope="col") for name in names))
    rows = [
        tag(
            "tr",
            tag("th", text, scope="row"),
            *(
                tag("td", _linked(cell_text(value, kind), value and link), class_=steps.css_class(value))
                for value, link in zip_longest(row, urls)
            ),
        )
        for text, row, urls in zip(texts, grid, links or [()] * len(grid), strict=True)
    ]
    table = tag("table", tag("caption", title), tag("thead", head), tag("tbody", *rows), class_="heat")
    return tag("div", table, class_="report-table", role="region", tabindex=0, aria_label=title)


def _linked(text: str, link: Any) -> str | SafeString:
    return tag("a", text, href=link) if link else text


def _image(
    texts: Sequence[str], grid: Sequence[Sequence[Value]], names: Sequence[str], steps: Steps, kind: Kind
) -> list[SafeString]:
    """The same for documents."""
    width = (100 - NAMES_WIDTH) / max(len(names), 1)
    middles = [svg.percent(NAMES_WIDTH + width * (number + 0.5)) for number in range(len(names))]
    parts = [
        tag("text", shortened(name, 12), x=x, y=17, text_anchor="middle")
        for name, x in zip(names, middles, strict=True)
    ]
    for number, (text, row) in enumerate(zip(texts, grid, strict=True), start=1):
        top = number * ROW
        parts.append(tag("text", shortened(text, 15), x=0, y=top + 17))
        for column, value in enumerate(row):
            place = {"x": svg.percent(NAMES_WIDTH + width * column), "width": svg.percent(width * 0.97)}
            parts += [
                tag("rect", class_=steps.css_class(value) or "none", y=top, height=ROW - 2, **place),
                tag(
                    "text", cell_text(value, kind), class_="value", x=middles[column], y=top + 17, text_anchor="middle"
                ),
            ]
    return parts
