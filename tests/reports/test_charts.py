"""What holds for every kind of chart."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from reports import charts
from reports.charts.images import GUTTERS, HEAT, PALETTE
from reports.tables import Chart, Column, Kind

DAYS = [date(2026, 11, 1) + timedelta(number) for number in range(20)]
DAY = Column("day", "day", Kind.DATE)
HOSTILE = '"><script>alert(1)</script>'
CSS = (Path(settings.BASE_DIR) / "static/reports/charts.css").read_text()

CHARTS: dict[str, Callable[[], Chart]] = {
    "bars": lambda: charts.bars(HOSTILE, [(day, Decimal(day.day * 1000)) for day in DAYS], label=DAY),
    "stacked": lambda: charts.stacked(HOSTILE, [HOSTILE, "b"], {HOSTILE: [Decimal(5), None], "cash": [Decimal(-2), 3]}),
    "grouped": lambda: charts.grouped(HOSTILE, [HOSTILE, "b"], {HOSTILE: [Decimal(5), None], "cash": [Decimal(-2), 3]}),
    "ranking": lambda: charts.ranking("Films", [(HOSTILE, Decimal(12)), ("Onegin", Decimal(0)), ("x", None)]),
    "lines": lambda: charts.lines("Two", DAYS, {HOSTILE: [day.day for day in DAYS], "b": [None] * 20}, label=DAY),
    "band": lambda: charts.band(HOSTILE, [1, 2], low=[1, 2], middle=[2, 3], high=[3, 5], actual=[2, None]),
    "heat map": lambda: charts.heat_map(HOSTILE, [HOSTILE, "noon"], {HOSTILE: [Decimal("12.5"), None], "b": [99, 1]}),
}
EMPTY: dict[str, Callable[[], Chart]] = {
    "bars": lambda: charts.bars("None", []),
    "stacked": lambda: charts.stacked("None", [], {"a": []}),
    "grouped": lambda: charts.grouped("None", [], {"a": []}),
    "ranking": lambda: charts.ranking("None", []),
    "lines": lambda: charts.lines("None", [], {"a": []}),
    "band": lambda: charts.band("None", [], low=[], middle=[], high=[]),
    "heat map": lambda: charts.heat_map("None", [], {"a": []}),
}
NAMES = [*CHARTS]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_in_a_chart_needs_a_weaker_policy(name: str) -> None:
    html = str(CHARTS[name]())

    assert re.findall(r"<script|<style|\sstyle=|\son\w+=|javascript:|https?://(?!www\.w3\.org)", html) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_is_well_formed_however_it_is_called(name: str) -> None:
    chart = CHARTS[name]()

    ET.fromstring(charts.standalone(chart))  # noqa: S314 - our own text
    ET.fromstring(str(chart).replace(' tabindex="0"', ""))  # noqa: S314


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_stand_beside_the_chart_as_a_table(name: str) -> None:
    chart = CHARTS[name]()

    assert len(list(chart.table.rows)) == str(chart).count("<tr>") - 1


@pytest.mark.parametrize("name", [name for name in NAMES if name != "heat map"])
def test_a_screen_reader_hears_a_title_and_the_lowest_and_highest_figure(name: str) -> None:
    chart = CHARTS[name]()
    root = ET.fromstring(str(chart))  # noqa: S314 - our own text
    image = root.find("svg")

    assert image is not None
    assert image.get("role") == "img"
    assert [each.get("id") for each in image[:2]] == str(image.get("aria-labelledby")).split()
    assert image[1].text == chart.description
    assert "lowest" in chart.description


@pytest.mark.parametrize("name", EMPTY)
def test_a_chart_without_figures_says_so(name: str) -> None:
    chart = EMPTY[name]()

    assert chart.description == "No figures for this period."
    assert "No figures" in str(chart) or name == "heat map"
    ET.fromstring(charts.standalone(chart))  # noqa: S314 - our own text


def test_figures_are_in_the_reader_s_language() -> None:
    with translation.override("ru"):
        russian = str(CHARTS["bars"]())

    assert "20\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}₽" in russian
    assert "максимум" in russian


def test_a_thousand_points_are_one_line_and_a_few_kilobytes() -> None:
    chart = charts.lines("Long", list(range(1000)), {"a": [number % 97 for number in range(1000)]}, kind=Kind.INTEGER)

    assert (chart.body.count("<polyline"), chart.body.count("<circle")) == (1, 0)
    assert len(chart.body) < 20_000


def test_a_gap_splits_a_line() -> None:
    chart = charts.lines("Gap", [1, 2, 3, 4], {"a": [1, None, 3, 4]}, kind=Kind.INTEGER)

    assert chart.body.count("<polyline") == 2


def test_negative_parts_of_a_bar_hang_below_zero() -> None:
    chart = charts.stacked("Money", ["Mon"], {"sold": [Decimal(100)], "refunded": [Decimal(-50)]})
    sold, refunded = re.findall(
        r'class="bar s\d".* y="([\d.]+)" height="([\d.]+)"', chart.body.replace("<rect", "\n<rect")
    )

    assert float(sold[0]) + float(sold[1]) == float(refunded[0])


def test_the_legend_tells_series_apart_and_one_series_needs_none() -> None:
    assert charts.stacked("a", ["x"], {"card": [1], "cash": [2]}).legend == [("s0", "card"), ("s1", "cash")]
    assert charts.bars("a", [("x", 1)]).legend == ()


@pytest.mark.parametrize("name", NAMES)
def test_drawing_the_same_figures_again_gives_the_same_text(name: str) -> None:
    assert str(CHARTS[name]()) == str(CHARTS[name]())


def test_files_have_the_colours_of_a_light_page() -> None:
    light = dict(re.findall(r"--chart-([sh]\d): (#\w+)", CSS[: CSS.index(".dark")]))

    assert [light[f"s{number}"] for number in range(len(PALETTE))] == [*PALETTE]
    assert [light[f"h{number}"] for number in range(len(HEAT))] == [*HEAT]


def test_files_have_the_gutters_of_a_page() -> None:
    pages = dict(re.findall(r"\.report-chart svg\.(\w+) { margin-left: (\d+)px; width: calc\(100% - \2px\)", CSS))

    assert {name: int(pixels) for name, pixels in pages.items()} == {key: each for key, each in GUTTERS.items() if key}


def test_paper_has_the_colours_of_a_light_page() -> None:
    light, paper = (
        dict(re.findall(r"--chart-([sh]\d): (#\w+)", part))
        for part in (CSS[: CSS.index(".dark")], CSS[CSS.index("@media print") :])
    )

    assert light == paper
