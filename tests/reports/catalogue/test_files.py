import io

import pytest
from django.utils import translation
from openpyxl import load_workbook

from orders.services import refund
from reports.catalogue.files import REPORTS, dimension
from reports.files import FORMATS
from reports.files.pdf import content
from reports.reading import Period
from tests.helpers.factories import NOON, a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item

pytestmark = pytest.mark.django_db

#: All but the addresses of a segment: these files go when a customer is erased.
OF_FIGURES = [name for name in REPORTS if name != "segment"]


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", OF_FIGURES)
def test_each_report_can_be_written_in_each_format(name: str, language: str) -> None:
    cinema = a_cinema()
    a_paid_order(a_session(a_hall(cinema)), at=NOON)

    with translation.override(language):
        for each in FORMATS.values():
            table = REPORTS[name].table(Period([cinema], NOON.date(), NOON.date(), NOON), {})
            each.write(table, io.BytesIO(), NOON, lambda rows: None)


@pytest.mark.parametrize("name", ["takings", "films", "occupancy", "bar"])
def test_a_report_whose_page_has_a_chart_has_it_in_its_document(name: str) -> None:
    cinema = a_cinema()
    a_paid_order(a_session(a_hall(cinema)), snacks=[(an_item(cinema), 2)], at=NOON)

    table = REPORTS[name].table(Period([cinema], NOON.date(), NOON.date(), NOON), {})
    [chart] = content(table, NOON)["charts"]

    assert chart["svg"].startswith("<svg")
    assert chart["description"]


def test_a_sheet_has_all_of_its_tables_in_one_file_by_cinema() -> None:
    near, far = a_cinema(), a_cinema()
    a_paid_order(a_session(a_hall(near)), at=NOON)
    table = REPORTS["day"].table(Period([near, far], NOON.date(), NOON.date(), NOON), {})
    book, text = io.BytesIO(), io.BytesIO()

    FORMATS["xlsx"].write(table, book, NOON, lambda rows: None)
    FORMATS["csv"].write(table, text, NOON, lambda rows: None)

    sheets = load_workbook(book).sheetnames
    assert len(sheets) == len({name.lower() for name in sheets}) == 2 + len(table.more)
    assert [name for name in sheets if name.startswith("Advances")] == ["Advances", "Advances 2"]
    assert [each["title"] for each in content(table, NOON)["more"]] == [each.title for each in table.more]
    lines = text.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == f'Day sheet: Takings by payment method,"{table.subtitle}"'
    assert [line for line in lines if line.startswith("Advances,")] == [
        f'Advances,"{each.subtitle}"' for each in table.more if each.title == "Advances"
    ]


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_has_a_permission_that_exists(name: str) -> None:
    from django.contrib.auth.models import Permission

    app, codename = REPORTS[name].permission.split(".")

    assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists()


def test_takings_are_by_day_unless_something_else_that_exists_is_chosen() -> None:
    assert [dimension({}), dimension({"by": "film"}), dimension({"by": "nothing"})] == ["day", "film", "day"]


@pytest.mark.exhaustive(one_in=5)
@pytest.mark.parametrize("name", OF_FIGURES)
def test_no_report_names_a_customer(name: str) -> None:
    """docs/personal-data.md says so: files stay when a customer is erased."""
    cinema, customer = a_cinema(), a_customer(points=100)
    customer.first_name, customer.last_name, customer.phone = "Rosalind", "Quennell", "+79035550199"
    customer.save()
    order = a_paid_order(
        a_session(a_hall(cinema)), seats=2, snacks=[(an_item(cinema), 1)], customer=customer, points=10, at=NOON
    )
    refund(order, lines=[order.tickets.first()], reason="Ill", at=NOON)

    content = io.BytesIO()
    table = REPORTS[name].table(Period([cinema], NOON.date(), NOON.date(), NOON), {})
    FORMATS["csv"].write(table, content, NOON, lambda rows: None)

    text = content.getvalue().decode().lower()
    assert [word for word in ("rosalind", "quennell", "5550199", customer.email) if word in text] == []
