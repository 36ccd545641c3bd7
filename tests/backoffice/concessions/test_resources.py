"""Bar items as a file: out as they are, in after a look, never their stock."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from backoffice.framework.import_export import files
from concessions.models import ConcessionItem
from screenings.models import Cinema
from tests.helpers import factories
from tests.helpers.admin_pages import confirm_import, preview_outcomes, upload_file
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

EXPORT, IMPORT = "/admin/concessions/concessionitem/export/", "/admin/concessions/concessionitem/import/"


@pytest.fixture
def own() -> Cinema:
    return factories.a_cinema()


@pytest.fixture
def manager(own: Cinema) -> Client:
    return browser(someone("cinema_manager", own))


def look(client: Client, content: str | bytes, name: str = "bar.csv", *, path: str = IMPORT) -> Any:
    return upload_file(client, content, name, path=path)


def confirm(client: Client, answer: Any, *, path: str = IMPORT) -> Any:
    return confirm_import(client, answer, path=path)


def items() -> list[tuple[Any, ...]]:
    return list(ConcessionItem.objects.order_by("pk").values_list("name", "price", "stock_quantity", "is_active"))


def test_nothing_is_stored_before_it_is_confirmed(manager, own):
    answer = look(manager, f"Cinema,Name,Price,Stock at most\n{own.name},Cola,150,50\n")

    assert preview_outcomes(answer) == [(2, "new", [])]
    assert items() == []
    confirm(manager, answer)
    assert items() == [("Cola", Decimal("150.00"), 0, True)]


def test_a_known_item_shows_what_would_change_and_changes_that_alone(manager, own):
    item = factories.an_item(own, stock=7)

    answer = look(manager, f"Cinema;Name;Price;On sale\n{own.name};{item.name};99,50;no\n")
    [row] = answer.context_data["outcomes"]
    confirm(manager, answer)

    assert [(each.field, each.before, each.after) for each in row.changes] == [
        ("Price", "120.00", "99.50"),
        ("On sale", "yes", "no"),
    ]
    item.refresh_from_db()
    assert (item.price, item.is_active, item.max_stock_quantity, item.stock_quantity) == (
        Decimal("99.50"),
        False,
        100,
        7,
    )
    assert item.history.latest().history_user.email == "cinema_manager@example.org"


def test_stock_is_left_alone_and_the_page_says_so(manager, own):
    item = factories.an_item(own, stock=7)

    answer = look(manager, f"Number,In stock,Price\n{item.pk},5000,1\n")
    confirm(manager, answer)

    assert answer.context_data["left_alone"] == ["In stock"]
    assert items() == [(item.name, Decimal("1.00"), 7, True)]


def test_stock_that_moves_while_a_file_is_stored_is_not_written_over(manager, own, monkeypatch):
    item = factories.an_item(own, stock=7)
    answer = look(manager, f"Number,Price\n{item.pk},1\n")
    save = ConcessionItem.save

    def sold_meanwhile(self, *args, **kwargs):
        ConcessionItem.objects.filter(pk=self.pk).update(stock_quantity=3)
        save(self, *args, **kwargs)

    monkeypatch.setattr(ConcessionItem, "save", sold_meanwhile)
    confirm(manager, answer)

    assert items() == [(item.name, Decimal("1.00"), 3, True)]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_goes_out_comes_in_unchanged(manager, own, kind, language):
    factories.an_item(own, stock=7, price=Decimal("1234.50"))
    for name in ("=1+1", "+cola", "-cola", "@cola", "'=cola", "1984", " spaced ", 'a;b,"c"', "\tx"):
        ConcessionItem.objects.create(cinema=own, name=name, price=1)
    manager.cookies["django_language"] = language

    out = manager.get(EXPORT, {"as": kind}).content
    answer = look(manager, out, f"bar.{kind}")

    assert answer.context_data["kinds"] == {"same": 10}
    assert "seen" not in answer.context_data


def test_a_file_of_one_language_is_read_in_another(manager, own):
    factories.an_item(own, price=Decimal("1234.50"))
    manager.cookies["django_language"] = "ru"
    out = manager.get(EXPORT, {"as": "csv"}).content

    manager.cookies["django_language"] = "en"

    assert look(manager, out).context_data["kinds"] == {"same": 1}


def test_an_export_holds_own_rows_as_the_list_is_filtered(manager, own):
    kept = factories.an_item(own)
    factories.an_item(own, is_active=False)
    foreign = factories.an_item()

    every = files.read(manager.get(EXPORT, {"as": "csv"}).content)
    on_sale = files.read(manager.get(EXPORT, {"as": "csv", "is_active__exact": "1"}).content)
    asked = files.read(manager.get(EXPORT, {"as": "csv", "cinema__id__exact": foreign.cinema.pk}).content)

    assert len(every.rows) == 2
    assert foreign.name not in {cells[2] for _number, cells in [*every.rows, *asked.rows]}
    assert [cells[2] for _number, cells in on_sale.rows] == [kept.name]


def test_another_cinemas_items_and_the_cinema_itself_are_unknown(manager, own):
    foreign = factories.an_item()

    by_number = look(manager, f"Number,Price\n{foreign.pk},1\n")
    by_cinema = look(manager, f"Cinema,Name,Price\n{foreign.cinema.name},{foreign.name},1\n")

    assert preview_outcomes(by_number) == [
        (2, "refused", ["Number: There is none with this number. Leave the cell empty for a new one."])
    ]
    assert preview_outcomes(by_cinema) == [(2, "refused", [f"Cinema: There is no “{foreign.cinema.name}”."])]


def test_an_item_stays_in_its_cinema(own):
    second = factories.a_cinema()
    item = factories.an_item(own)
    client = browser(someone("cinema_manager", own, second))

    answer = look(client, f"Number,Cinema\n{item.pk},{second.name}\n")

    assert preview_outcomes(answer) == [(2, "refused", ["Cinema: An item stays in its cinema. Add another one there."])]


def test_one_refused_row_keeps_all_from_being_stored(manager, own):
    answer = look(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n\n{own.name},Tea,dear\n{own.name},,1\n")

    assert preview_outcomes(answer) == [
        (2, "new", []),
        (4, "refused", ["Price: “dear” is no number."]),
        (5, "refused", ["Name: This field cannot be blank."]),
    ]
    assert "seen" not in answer.context_data
    assert items() == []


@pytest.mark.parametrize("price", ["-1", "100000000000", "1.234", "NaN", "1e5", "", "١٢٣", "<script>", "9" * 40])
def test_an_impossible_price_is_refused(manager, own, price):
    answer = look(manager, f"Cinema;Name;Price\n{own.name};Cola;{price}\n")

    assert [kind for _number, kind, _errors in preview_outcomes(answer)] == ["refused"]
    assert items() == []


def test_a_row_that_comes_twice_is_refused(manager, own):
    answer = look(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n{own.name},Cola,160\n")

    assert preview_outcomes(answer)[1] == (3, "refused", ["Row 2 says the same one already."])


def test_what_changed_since_the_look_is_looked_at_again(manager, own):
    item = factories.an_item(own)
    answer = look(manager, f"Number,Price\n{item.pk},99\n")
    ConcessionItem.objects.filter(pk=item.pk).update(price=110)

    again = confirm(manager, answer)

    [row] = again.context_data["outcomes"]
    assert [each.before for each in row.changes] == ["110.00"]
    item.refresh_from_db()
    assert item.price == 110
    assert confirm(manager, again).status_code == 302
    item.refresh_from_db()
    assert item.price == 99


def test_a_second_press_stores_nothing_twice(manager, own):
    answer = look(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")

    confirm(manager, answer)
    again = confirm(manager, answer)

    assert again.context_data["kinds"] == {"same": 1}
    assert len(items()) == 1


def test_nobody_confirms_what_another_looked_at_or_what_was_tampered_with(manager, own):
    answer = look(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")
    other = browser(someone("cinema_manager", own, email="other@example.org"))

    assert confirm(other, answer).status_code == 302
    manager.post(IMPORT, {"seen": answer.context_data["seen"][:-3] + "abc"})
    manager.post(IMPORT, {"seen": "\0"})

    assert items() == []


@pytest.mark.parametrize("role", ["cashier", "bar", "floor_manager", "accountant"])
def test_who_may_look_exports_and_does_not_import(own, role):
    client = browser(someone(role, own))

    assert client.get(EXPORT).status_code == 200
    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, {"seen": "x"}).status_code == 403
    assert IMPORT not in client.get(reverse("admin:concessions_concessionitem_changelist")).content.decode()


def test_who_may_not_look_exports_nothing(own):
    assert browser(someone("usher", own)).get(EXPORT).status_code == 403


@pytest.mark.parametrize("content", [b"", b"\0", b"PK\x03\x04 no zip", b"Colour,Name\nred,Cola\n", b"Name,Name\na,b\n"])
def test_a_file_that_is_none_of_ours_gets_one_kind_line(manager, content):
    answer = look(manager, content)

    assert answer.status_code == 200
    assert len(answer.context_data["form"].errors["file"]) == 1


def test_a_bad_filter_is_no_trace(manager):
    assert manager.get(EXPORT, {"is_low__exact": "perhaps", "nonsense": "1"}).status_code in (200, 302)


def test_an_export_and_an_import_cost_the_same_queries_however_many_rows(manager, own, django_assert_max_num_queries):
    for _number in range(30):
        factories.an_item(own)

    with django_assert_max_num_queries(12):
        manager.get(EXPORT)


def test_a_lock_that_others_hold_is_told_kindly(manager, own, monkeypatch):
    answer = look(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")

    def too_long(self, *args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(ConcessionItem, "save", too_long)
    given_up = manager.post(IMPORT, {"seen": answer.context_data["seen"]}, follow=True)

    assert "Nothing was stored; try again" in given_up.content.decode()
    assert items() == []


def test_a_row_that_breaks_a_rule_of_the_database_is_refused_and_logged(manager, own, monkeypatch, caplog):
    def broken(self, *args, **kwargs):
        raise IntegrityError("some constraint")

    monkeypatch.setattr(ConcessionItem, "save", broken)
    answer = look(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")

    assert preview_outcomes(answer) == [(2, "refused", ["It cannot be stored as it is."])]
    assert "a row of a file could not be stored" in caplog.text


def test_two_items_of_one_cinema_never_get_one_name(manager, own):
    cola, tea = factories.an_item(own), factories.an_item(own)

    answer = look(manager, f"Number,Name\n{cola.pk},{tea.name}\n")

    [(_number, kind, _errors)] = preview_outcomes(answer)
    assert kind == "refused"
