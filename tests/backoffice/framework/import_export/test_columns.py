from datetime import UTC, datetime

import pytest
from django.utils import translation

from backoffice.framework.import_export.files import Unreadable
from backoffice.screenings.resources import TicketTypeResource
from screenings.models import TicketType

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "unknown", "text"),
    [
        ("en", ["Colour"], "Unknown column: “Colour”. "),
        ("en", ["Colour", "Shape"], "Unknown columns: “Colour”, “Shape”. "),
        ("ru", ["Цвет"], "Неизвестный столбец: «Цвет». "),
        ("ru", ["Цвет", "Форма"], "Неизвестные столбцы: «Цвет», «Форма». "),
    ],
)
def test_unknown_columns_are_named_each_in_quotation_marks(language: str, unknown: list[str], text: str) -> None:
    resource = TicketTypeResource(rows=TicketType.objects.all(), person=None, at=datetime(2026, 11, 5, tzinfo=UTC))

    with translation.override(language), pytest.raises(Unreadable, match=text):
        resource.column_names([resource.label("name"), *unknown])
