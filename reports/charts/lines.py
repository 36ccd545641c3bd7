"""Charts of lines, and of what is to be expected."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from reports.charts.drawing import (
    LABEL,
    Scale,
    Series,
    Value,
    axis_texts,
    dots,
    grid,
    gutter,
    label_texts,
    make_chart,
    point,
    polylines,
    stretched,
    tick_texts,
    ticks,
    x_labels,
    x_of,
)
from reports.charts.svg import tag
from reports.tables import Chart, Column, Kind, Text


def lines(
    title: Text, labels: Sequence[Any], series: Series, *, kind: Kind = Kind.MONEY, label: Column = LABEL
) -> Chart:
    """One line for each series; None leaves a gap. Some thousand points are no trouble."""
    scale, texts = Scale.of(series), label_texts(labels, label)
    shapes = [each for number, values in enumerate(series.values()) for each in polylines(number, values, scale)]
    parts = [
        grid(scale),
        stretched(reversed(shapes)),  # the first series is drawn last, on top
        *dots(texts, series, scale, kind),
        ticks(scale, kind),
        *x_labels(axis_texts(labels, label), lambda index: x_of(index, len(labels))),
    ]
    legend = [(f"line s{number}", str(name)) for number, name in enumerate(series)]
    return make_chart(
        title,
        labels,
        series,
        kind=kind,
        label=label,
        parts=parts,
        gutter=gutter(tick_texts(scale, kind)),
        legend=legend,
    )


def band(
    title: Text,
    labels: Sequence[Any],
    *,
    low: Sequence[Value],
    middle: Sequence[Value],
    high: Sequence[Value],
    actual: Sequence[Value] | None = None,
    actual_name: Text = "",
    names: tuple[Text, Text, Text] = ("p10", "p50", "p90"),
    kind: Kind = Kind.INTEGER,
    label: Column = LABEL,
) -> Chart:
    """What is to be expected, as a line between a low and a high estimate, and what happened (or what it
    is compared with, by another name), as a second line."""
    drawn: dict[Text, Sequence[Value]] = {names[1]: middle}
    if actual is not None:
        drawn[actual_name or _("Actual")] = actual
    series: dict[Text, Sequence[Value]] = {names[0]: low, **drawn, names[2]: high}
    scale, texts, count = Scale.of(series), label_texts(labels, label), len(labels)
    edge = [point(index, count, value, scale) for index, value in enumerate(high)]
    edge += reversed([point(index, count, value, scale) for index, value in enumerate(low)])
    shapes = [tag("polygon", class_="area s0", points=" ".join(edge))]
    shapes += [each for number, values in enumerate(drawn.values()) for each in polylines(number, values, scale)]
    parts = [
        grid(scale),
        stretched(shapes),
        *dots(texts, drawn, scale, kind),
        ticks(scale, kind),
        *x_labels(axis_texts(labels, label), lambda index: x_of(index, count)),
    ]
    between = _("%(low)s to %(high)s") % {"low": names[0], "high": names[2]}
    legend = [("area s0", between), *((f"line s{number}", str(name)) for number, name in enumerate(drawn))]
    return make_chart(
        title,
        labels,
        series,
        kind=kind,
        label=label,
        parts=parts,
        gutter=gutter(tick_texts(scale, kind)),
        legend=legend,
    )
