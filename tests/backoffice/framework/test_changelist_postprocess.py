"""Lists of the admin have less whitespace, capitalized labels and aligned numbers. Fails when unfold's HTML changes."""

import re

import pytest
from django.urls import reverse

from backoffice.framework.changelist_postprocess import collapse_whitespace, mark_number_columns
from tests.helpers.factories import an_item
from tests.helpers.users import browser, someone

NUMBER_COLUMNS = {"price", "stock_quantity", "max_stock_quantity"}


@pytest.fixture
def html(db: None) -> str:
    an_item(stock=10)
    client = browser(someone(email="owner@example.org", is_superuser=True, all_cinemas=True))
    return client.get(reverse("admin:concessions_concessionitem_changelist")).text


def test_cells_and_headers_of_number_columns_are_marked(html: str) -> None:
    assert set(re.findall(r'<td class="number field-(\w+)', html)) == NUMBER_COLUMNS
    assert set(re.findall(r"number column-(\w+)", html)) == NUMBER_COLUMNS


def test_labels_of_cells_begin_with_a_capital_letter(html: str) -> None:
    labels = re.findall(r'<t[dh] class="field-[^"]*" data-label="([^"]*)"', html)

    assert "On sale" in labels
    assert [label for label in labels if label != label[0].upper() + label[1:]] == []


def test_a_list_has_no_runs_of_whitespace(html: str) -> None:
    assert re.findall(r"[ \t\n]{2,}", html) == []


def test_a_cell_has_one_class_for_its_looks(html: str) -> None:
    classes = re.findall(r'<t[dh] class="(?:number )?field-\w+ ([^"]*)"', html)

    assert set(classes) <= {"list-cell", "list-cell nowrap"}
    assert len(classes) >= 8


def test_a_run_with_a_line_break_becomes_a_line_break() -> None:
    assert collapse_whitespace("a  b\n    <p>\n\n c d") == "a b\n<p>\nc d"


@pytest.mark.parametrize(
    ("values", "is_marked"),
    [(["1", "–"], True), (["-1.50", "+2"], True), (["–"], False), (["1", "few"], False), (["2026-11-05"], False)],
)
def test_a_column_is_of_numbers_if_each_value_is_one_or_a_dash(values: list[str], is_marked: bool) -> None:
    html = "".join(f'<td class="field-size nowrap" data-label="Size">{value}</td>' for value in values)

    assert ('class="number field-size nowrap"' in mark_number_columns(html)) == is_marked
