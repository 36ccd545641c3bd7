"""Charts of bars: upright, of several parts, and lying."""

from collections.abc import Sequence
from typing import Any

from reports.charts import svg
from reports.charts.drawing import (
    COLOURS,
    LABEL,
    MOST_MARKS,
    Scale,
    Series,
    Value,
    as_float,
    axis_texts,
    grid,
    gutter,
    label_texts,
    make_chart,
    mark_text,
    shortened,
    tick_texts,
    ticks,
    x_labels,
)
from reports.charts.svg import tag
from reports.tables import Chart, Column, Kind, Text, cell_text

Points = Sequence[tuple[Any, Value]]

STRIP = 44  # height of a bar that lies, with its name above it
GAP = 0.15  # on each side of an upright bar, as a share of its place


def bars(title: Text, points: Points, *, kind: Kind = Kind.MONEY, label: Column = LABEL, name: Text = "") -> Chart:
    """One upright bar for each point, in the order given: days, weeks, hours."""
    series = {name or title: [value for _at, value in points]}
    return stacked(title, [at for at, _value in points], series, kind=kind, label=label)


def stacked(
    title: Text, labels: Sequence[Any], series: Series, *, kind: Kind = Kind.MONEY, label: Column = LABEL
) -> Chart:
    """Upright bars of several parts, one for each series. Negative values go below the line of zero."""
    texts = label_texts(labels, label)
    columns = [[as_float(value) for value in column] for column in zip(*series.values(), strict=True)]
    sums = [
        sum(value for value in column if (value > 0) == is_positive) for column in columns for is_positive in (0, 1)
    ]
    scale = Scale(sums)
    step = 100 / max(len(labels), 1)
    says = len(labels) * len(series) <= MOST_MARKS
    parts = [grid(scale)]
    for index, column in enumerate(columns):
        ends = {True: 0.0, False: 0.0}  # how far the bar reaches above and below zero
        for number, (name, value) in enumerate(zip(series, column, strict=True)):
            if not value:
                continue
            start = ends[value > 0]
            ends[value > 0] = end = start + value
            top, bottom = scale.y(max(start, end)), scale.y(min(start, end))
            said = mark_text(texts[index], name, [*series.values()][number][index], kind, several=len(series) > 1)
            parts.append(
                tag(
                    "rect",
                    svg.title(said) if says else "",
                    class_=f"bar s{number % COLOURS}",
                    x=svg.percent(step * (index + GAP)),
                    width=svg.percent(step * (1 - 2 * GAP)),
                    y=top,
                    height=bottom - top,
                )
            )
    parts += [ticks(scale, kind), *x_labels(axis_texts(labels, label), lambda index: step * (index + 0.5))]
    space = gutter(tick_texts(scale, kind))
    return make_chart(title, labels, series, kind=kind, label=label, parts=parts, gutter=space)


def grouped(
    title: Text, labels: Sequence[Any], series: Series, *, kind: Kind = Kind.MONEY, label: Column = LABEL
) -> Chart:
    """Upright bars side by side, one of each series for each label: what is compared."""
    texts, scale = label_texts(labels, label), Scale.of(series)
    step = 100 / max(len(labels), 1)
    width = step * (1 - 2 * GAP) / max(len(series), 1)
    says = len(labels) * len(series) <= MOST_MARKS
    parts = [grid(scale)]
    for number, (name, values) in enumerate(series.items()):
        for index, value in enumerate(values):
            if value:
                top, bottom = scale.y(max(as_float(value), 0)), scale.y(min(as_float(value), 0))
                said = mark_text(texts[index], name, value, kind, several=len(series) > 1)
                parts.append(
                    tag(
                        "rect",
                        svg.title(said) if says else "",
                        class_=f"bar s{number % COLOURS}",
                        x=svg.percent(step * (index + GAP) + width * number),
                        width=svg.percent(width),
                        y=top,
                        height=bottom - top,
                    )
                )
    parts += [ticks(scale, kind), *x_labels(axis_texts(labels, label), lambda index: step * (index + 0.5))]
    space = gutter(tick_texts(scale, kind))
    return make_chart(title, labels, series, kind=kind, label=label, parts=parts, gutter=space)


def ranking(title: Text, points: Points, *, kind: Kind = Kind.MONEY, label: Column = LABEL, name: Text = "") -> Chart:
    """Bars that lie, one below the other, with room for long names: films, cinemas, items of the bar."""
    labels, values = [at for at, _value in points], [value for _at, value in points]
    most = max((as_float(value) for value in values), default=0.0)
    parts = []
    for index, text in enumerate(label_texts(labels, label)):
        top = index * STRIP
        share = max(as_float(values[index]), 0) / most * 100 if most > 0 else 0.0
        parts += [
            tag("text", shortened(text, 34), svg.title(text), x=0, y=top + 14),
            tag("text", cell_text(values[index], kind), class_="value", x="100%", y=top + 14, text_anchor="end"),
            tag("rect", class_="track", x=0, width="100%", y=top + 20, height=14),
            tag("rect", class_="bar s0", x=0, width=svg.percent(share), y=top + 20, height=14),
        ]
    height = max(len(points), 1) * STRIP
    return make_chart(title, labels, {name or title: values}, kind=kind, label=label, parts=parts, height=height)
