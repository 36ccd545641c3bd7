from datetime import date

import pytest
from django.utils import translation

from reports.charts.drawing import Scale, axis_texts, bound_text, gutter, round_step, tick_texts, x_labels
from reports.charts.svg import tag
from reports.tables import Column, Kind


@pytest.mark.parametrize(
    ("rough", "step"),
    [(0, 1), (0.3, 0.5), (1, 1), (1.01, 2), (2.2, 2.5), (260, 500), (501, 1000), (7_000_000, 10_000_000)],
)
def test_steps_are_round(rough: float, step: float) -> None:
    assert round_step(rough) == pytest.approx(step)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([], [0, 1]),
        ([0, 0], [0, 1]),
        ([3, 8], [0, 2, 4, 6, 8]),
        ([970], [0, 250, 500, 750, 1000]),
        ([-50, 100], [-50, 0, 50, 100]),
        ([-7, -3], [-8, -6, -4, -2, 0]),
    ],
)
def test_the_scale_holds_zero_and_every_value(values: list[float], ticks: list[float]) -> None:
    assert list(Scale(values).ticks()) == pytest.approx(ticks)


def test_large_values_on_the_scale_are_short() -> None:
    assert tick_texts(Scale([1_500_000]), Kind.MONEY) == [
        "0\N{NO-BREAK SPACE}₽",
        *(f"{n}M\N{NO-BREAK SPACE}₽" for n in ("0.5", "1", "1.5")),
    ]
    assert tick_texts(Scale([40_000]), Kind.INTEGER) == ["0", "10K", "20K", "30K", "40K"]
    assert tick_texts(Scale([40]), Kind.PERCENT) == ["0%", "10%", "20%", "30%", "40%"]


def test_long_texts_get_more_room() -> None:
    assert [gutter(["40"]), gutter(["1.5M ₽"]), gutter([])] == ["narrow", "broad", "narrow"]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [(0.5, Kind.INTEGER, "0.5"), (2.0, Kind.INTEGER, "2"), (12.25, Kind.PERCENT, "12.25%"), (0.1, Kind.DECIMAL, "0.1")],
)
def test_bounds_have_no_more_places_than_they_need(value: float, kind: Kind, text: str) -> None:
    assert bound_text(value, kind) == text


@pytest.mark.parametrize("count", [1, 2, 7, 28, 1000])
def test_few_labels_are_on_a_phone_at_equal_distances(count: int) -> None:
    labels = [str(each) for each in x_labels([f"{n:02}.11" for n in range(count)], lambda index: 100 * index / count)]
    on_a_phone = [each for each in labels if "wide" not in each]

    assert 1 <= len(on_a_phone) <= 5
    assert len(labels) <= 9


def test_attributes_and_texts_are_escaped() -> None:
    assert (
        tag("text", "<b>", class_='"x', x=1.5, stroke_width=2)
        == '<text class="&quot;x" x="1.5" stroke-width="2">&lt;b&gt;</text>'
    )


def test_days_on_the_axis_have_no_year() -> None:

    day = Column("day", "", Kind.DATE)
    texts = [axis_texts([date(2026, 11, 5)], day)]
    with translation.override("ru"):
        texts.append(axis_texts([date(2026, 11, 5)], day))

    assert texts == [["5 Nov"], ["05.11"]]
