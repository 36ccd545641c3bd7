"""Every figure says what it means, how it is worked out, in which unit, and from what."""

import pytest
from django.utils import translation

from backoffice.dashboard.figures import EXPECTED
from pricing import accuracy
from reports import definitions
from reports.definitions import Definition
from reports.tables import explanation

FIGURES = [
    EXPECTED,
    *(each for module in (definitions, accuracy) for each in vars(module).values() if isinstance(each, Definition)),
]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_definition_has_all_its_parts(language: str) -> None:
    with translation.override(language):
        lacking = [
            each.key
            for each in FIGURES
            if not all(str(part) for part in (each.name, each.sentence, each.formula, each.unit.label, each.source))
        ]

    assert len(FIGURES) > 80
    assert lacking == []


def test_pages_and_files_explain_a_figure_with_all_of_them() -> None:
    assert explanation(definitions.OCCUPANCY) == (
        "Admissions divided by the seats of the screenings, free tickets included. Formula: admissions ÷ seats. "
        "Unit: %. Source: Tickets of paid orders, by the business day of the screening."
    )
