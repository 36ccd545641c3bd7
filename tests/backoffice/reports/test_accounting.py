from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from cinema import clock
from orders.services import refund, refund_by_customer
from payments.models import LegalEntity
from reports.catalogue.lists import LISTS
from reports.models import BusinessDay
from screenings.models import Cinema
from tests.helpers.business_days import close_days
from tests.helpers.factories import a_cinema, a_customer, a_hall, a_paid_order, a_session, an_item
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MOST_QUERIES = 15


@pytest.fixture
def own() -> Cinema:
    return a_cinema()


def sheet(client, **chosen: object):
    return client.get(reverse("admin:reports_day"), {key: str(value) for key, value in chosen.items()})


def tables(answer) -> dict[str, list]:
    return {str(part.title): list(part.rows) for part in answer.context_data["parts"] if hasattr(part, "rows")}


def yesterday_closed(cinema: Cinema) -> BusinessDay:
    """The business day of yesterday, on which two tickets were sold for today and one of them refunded."""
    noon = cinema.day_bounds(cinema.business_date(clock.now()) - DAY)[0] + timedelta(hours=7)
    order = a_paid_order(a_session(a_hall(cinema), start=noon + DAY), seats=2, snacks=[(an_item(cinema), 1)], at=noon)
    manager = someone("cinema_manager", cinema, email="mary@example.org")
    refund(order, lines=[order.tickets.first()], reason="Fell ill", at=noon, actor=manager)
    close_days(cinema, until=clock.now())
    return BusinessDay.objects.closed().get()


def test_the_sheet_of_a_closed_day(own):
    yesterday_closed(own)

    answer = sheet(browser(someone("accountant", all_cinemas=True)))

    found = tables(answer)
    assert [(row["tender"], row["received"], row["refunds_made"]) for row in found["Takings by payment method"]] == [
        ("Cash", 820, 350)
    ]
    assert [amount for _name, amount in found["Advances"]] == [0, 470, 0, 470]
    [row] = found["Refunds of the day"]
    assert (row["amount"], row["reason"], row["by"]) == (350, "Fell ill", "mary@example.org")
    assert [result for _name, _difference, result, _note in found["Checks"]] == ["Agrees"] * 7
    assert "these figures no longer change" in answer.content.decode()


def test_each_table_says_by_which_day_its_figures_count(own):
    a_paid_order(a_session(a_hall(own), start=clock.now() + DAY), at=clock.now())

    answer = sheet(browser(someone("cinema_manager", own)), day=own.business_date(clock.now()))

    assert all(part.subtitle for part in answer.context_data["parts"] if hasattr(part, "rows"))
    assert "The day is open" in answer.content.decode()


def test_the_sheet_leads_to_the_refunded_orders_and_to_all_refunds_of_the_day(own):
    client = browser(someone("cinema_manager", own))
    day = yesterday_closed(own)
    a_paid_order(a_session(a_hall(own), start=clock.now() + DAY), at=clock.now())
    late = a_paid_order(a_session(a_hall(own), start=clock.now() + DAY), at=clock.now())
    refund(late, reason="Today", at=clock.now())

    answer = sheet(client, day=day.date)
    [row] = tables(answer)["Refunds of the day"]
    [foot] = [part for part in answer.context_data["parts"] if "refunds" in getattr(part, "context", {})]

    assert client.get(row["order"].url).status_code == 200
    assert row["order"].url in answer.content.decode()
    listed = client.get(foot.context["refunds"]).context_data["cl"].result_list
    assert [each.reason for each in listed] == ["Fell ill"]


def test_customers_are_not_named(own):
    customer = a_customer()
    at = clock.now()
    order = a_paid_order(a_session(a_hall(own), start=at + DAY), at=at, customer=customer)
    refund_by_customer(order, lines=[order.tickets.get()], at=at, actor=customer)

    answer = sheet(browser(someone("cinema_manager", own)), day=own.business_date(at))

    assert [row["by"] for row in tables(answer)["Refunds of the day"]] == ["Customer"]
    assert customer.email not in answer.content.decode()


def test_a_long_list_of_refunds_is_cut(own, monkeypatch):
    monkeypatch.setattr("reports.catalogue.day_sheet.REFUNDS_SHOWN", 1)
    at = clock.now()
    for _ in range(2):
        refund(a_paid_order(a_session(a_hall(own), start=at + DAY), at=at), reason="Ill", at=at)

    answer = sheet(browser(someone("cinema_manager", own)), day=own.business_date(at))

    assert len(tables(answer)["Refunds of the day"]) == 1
    assert "Only the first 1" in answer.content.decode()


def test_a_manager_opens_no_sheet_of_another_cinema(own):
    other = a_cinema()
    yesterday_closed(other)

    answer = sheet(browser(someone("cinema_manager", own)), cinema=other.pk)

    assert answer.context_data["form"].errors.keys() == {"cinema"}
    assert other.name not in answer.content.decode()


@pytest.mark.parametrize("day", ["2999-01-01", "tomorrow", "0001-01-01"])
def test_a_day_that_cannot_be_shown_is_refused_in_words(own, day):
    answer = sheet(browser(someone("owner", all_cinemas=True)), day=day)

    assert answer.status_code == 200
    assert list(answer.context_data["form"].errors) == ["day"]


@pytest.mark.parametrize("which", ["closed", "open"])
def test_a_sheet_takes_few_queries(own, which, django_assert_max_num_queries):
    day = yesterday_closed(own).date
    at = clock.now()
    order = a_paid_order(a_session(a_hall(own), start=at + DAY), seats=2, snacks=[(an_item(own), 1)], at=at)
    refund(order, reason="Ill", at=at)
    client = browser(someone("owner", all_cinemas=True))

    with django_assert_max_num_queries(MOST_QUERIES):
        answer = sheet(client, cinema=own.pk, day=day if which == "closed" else own.business_date(at))

    assert answer.status_code == 200
    assert len(tables(answer)["Refunds of the day"]) == 1


def month(client, **chosen: object):
    return client.get(reverse("admin:reports_month"), {key: str(value) for key, value in chosen.items()})


def test_the_month_sheet_is_of_the_cinemas_of_a_legal_entity(own):
    aurora = LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    Cinema.objects.filter(pk=own.pk).update(legal_entity=aurora)
    other = a_cinema()
    yesterday_closed(own)
    client = browser(someone("accountant", all_cinemas=True))

    answer, rest = month(client), month(client, entity="none")

    assert [row["cinema"] for row in tables(answer)["Advances"]] == [own.name]
    assert [row["cinema"] for row in tables(rest)["Advances"]] == [other.name]
    assert "7707083893" in answer.content.decode()
    assert "7707083893" not in rest.content.decode()


def test_a_manager_sees_the_entity_of_their_own_cinemas_only(own):
    theirs = LegalEntity.objects.create(name="Theirs", tax_number="7707083893", tax_system="GENERAL")
    hidden = LegalEntity.objects.create(name="Hidden", tax_number="5001007322", tax_system="GENERAL")
    other = a_cinema()
    Cinema.objects.filter(pk=own.pk).update(legal_entity=theirs)
    Cinema.objects.filter(pk=other.pk).update(legal_entity=hidden)
    client = browser(someone("cinema_manager", own))

    answer = month(client, entity=hidden.pk)

    assert answer.context_data["form"].errors.keys() == {"entity"}
    assert "Hidden" not in answer.content.decode()
    assert other.name not in answer.content.decode()


def test_the_stock_is_for_those_who_may_see_costs(own):
    manager = someone("cinema_manager", own)
    assert "Stock of the bar" in tables(month(browser(manager)))

    manager.groups.get().permissions.remove(Permission.objects.get(codename="view_costs"))

    assert "Stock of the bar" not in tables(month(browser(manager)))


@pytest.mark.parametrize(("entered", "field"), [({"month": "2999-01"}, "month"), ({"entity": "9" * 30}, "entity")])
def test_a_month_that_cannot_be_shown_is_refused_in_words(own, entered, field):
    answer = month(browser(someone("owner", all_cinemas=True)), **entered)

    assert answer.status_code == 200
    assert list(answer.context_data["form"].errors) == [field]


def test_the_accounts_of_an_entity_are_for_those_who_see_all_its_cinemas(own):
    aurora = LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    Cinema.objects.filter(pk__in=[own.pk, a_cinema().pk]).update(legal_entity=aurora)
    yesterday_closed(own)
    client = browser(someone("cinema_manager", own))

    for name in ("month", "balances"):
        answer = client.get(reverse(f"admin:reports_{name}"), {"entity": str(aurora.pk)})

        assert answer.context_data["form"].errors.keys() == {"entity"}
        assert "7707083893" not in answer.content.decode()
        assert not any(row.get("advances") for row in tables(answer).get("Balances", []))


def test_balances_of_a_day_by_cinema(own):
    day = yesterday_closed(own)
    client = browser(someone("accountant", all_cinemas=True))

    answer = client.get(reverse("admin:reports_balances"))
    earlier = client.get(reverse("admin:reports_balances"), {"day": (day.date - DAY).isoformat()})

    [row] = tables(answer)["Balances"]
    assert (row["cinema"], row["advances"], row["date"]) == (own.name, day.advances, day.date)
    [row] = tables(earlier)["Balances"]
    assert (row["advances"], row["date"]) == (0, None)
    wrong = client.get(reverse("admin:reports_balances"), {"day": "0001-01-01"})
    assert wrong.context_data["form"].errors.keys() == {"day"}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_the_accounts_has_a_page_and_a_file(own, name, django_assert_max_num_queries):
    yesterday_closed(own)
    client = browser(someone("accountant", all_cinemas=True))

    with django_assert_max_num_queries(MOST_QUERIES):
        answer = client.get(reverse("admin:reports_lists"), {"report": name})

    [part] = answer.context_data["parts"]
    assert part.totals.keys() <= {column.key for column in part.columns}
    ask = client.get(answer.context_data["as_file"])
    assert ask.context_data["form"]["report"].value() == name


def test_a_list_shows_no_other_cinema_and_needs_the_right_to_see_its_rows(own):
    yesterday_closed(a_cinema())
    manager = someone("cinema_manager", own)
    client = browser(manager)

    assert [list(part.rows) for part in client.get(reverse("admin:reports_lists")).context_data["parts"]] == [[]]
    manager.groups.get().permissions.remove(Permission.objects.get(codename="view_refund"))
    assert client.get(reverse("admin:reports_lists"), {"report": "refunds"}).status_code == 403
    assert client.get(reverse("admin:reports_lists")).status_code == 200
