"""Import and export of bar items."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.urls import reverse

from backoffice.framework.import_export import files, storing
from concessions.models import ConcessionItem, ItemPart
from screenings.models import Cinema
from tests.helpers import factories
from tests.helpers.pages import import_pages
from tests.helpers.pages.import_pages import previewed_rows
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

EXPORT, IMPORT = "/admin/concessions/concessionitem/export/", "/admin/concessions/concessionitem/import/"


@pytest.fixture
def own() -> Cinema:
    return factories.a_cinema()


@pytest.fixture
def manager(own: Cinema) -> Client:
    return browser(someone("cinema_manager", own))


def upload(client: Client, content: str | bytes, name: str = "bar.csv") -> Any:
    return import_pages.upload(client, content, name, path=IMPORT)


def confirm(client: Client, preview: Any) -> Any:
    return import_pages.confirm(client, preview, path=IMPORT)


def items() -> list[tuple[Any, ...]]:
    return list(ConcessionItem.objects.order_by("pk").values_list("name", "price", "stock_quantity", "is_active"))


def test_an_import_stores_nothing_before_it_is_confirmed(manager, own):
    answer = upload(manager, f"Cinema,Name,Price,Maximum stock\n{own.name},Cola,150,50\n")

    assert previewed_rows(answer) == [(2, "new", [])]
    assert items() == []
    confirm(manager, answer)
    assert items() == [("Cola", Decimal("150.00"), 0, True)]


def test_an_import_previews_and_changes_only_what_differs(manager, own):
    item = factories.an_item(own, stock=7)

    answer = upload(manager, f"Cinema;Name;Price;On sale\n{own.name};{item.name};99,50;no\n")
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


def test_the_stock_column_is_ignored_and_the_page_says_so(manager, own):
    item = factories.an_item(own, stock=7)

    answer = upload(manager, f"Number,In stock,Price\n{item.pk},5000,1\n")
    confirm(manager, answer)

    assert answer.context_data["ignored_columns"] == ["In stock"]
    assert items() == [(item.name, Decimal("1.00"), 7, True)]


def test_an_import_does_not_overwrite_stock_that_changes_at_the_same_time(manager, own, monkeypatch):
    item = factories.an_item(own, stock=7)
    answer = upload(manager, f"Number,Price\n{item.pk},1\n")
    change = storing.change

    def sell_and_change(*args, **kwargs):
        ConcessionItem.objects.filter(pk=item.pk).update(stock_quantity=3)
        change(*args, **kwargs)

    monkeypatch.setattr(storing, "change", sell_and_change)
    confirm(manager, answer)

    assert items() == [(item.name, Decimal("1.00"), 3, True)]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_importing_an_export_changes_nothing(manager, own, kind, language):
    factories.an_item(own, stock=7, price=Decimal("1234.50"))
    for name in ("=1+1", "+cola", "-cola", "@cola", "'=cola", "1984", " spaced ", 'a;b,"c"', "\tx"):
        ConcessionItem.objects.create(cinema=own, name=name, price=1)
    manager.cookies["django_language"] = language

    out = manager.get(EXPORT, {"as": kind}).content
    answer = upload(manager, out, f"bar.{kind}")

    assert answer.context_data["kinds"] == {"same": 10}
    assert "seen" not in answer.context_data


# --- What portions and combos are made of

MENU = """Cinema,Name,Kind,Unit,Price,Made of
{cinema},Evening,Combo of several items,pieces,500,2 × Cola; 1 x Popcorn
{cinema},Popcorn,Made of ingredients,pieces,300,80 × Corn; 1*Cup
{cinema},Corn,INGREDIENT,g,0,
{cinema},Cup,"Ingredient, not sold by itself",pieces,0,
{cinema},Cola,,,150,
"""


def recipe(name: str) -> dict[str, int]:
    return dict(ItemPart.objects.filter(whole__name=name).values_list("part__name", "units"))


def a_menu(manager: Client, own: Cinema) -> None:
    confirm(manager, upload(manager, MENU.format(cinema=own.name)))


def test_portions_and_combos_come_in_one_file_with_what_they_are_made_of_in_any_order(manager, own):
    a_menu(manager, own)

    assert recipe("Evening") == {"Cola": 2, "Popcorn": 1}
    assert recipe("Popcorn") == {"Corn": 80, "Cup": 1}
    kinds = dict(ConcessionItem.objects.values_list("name", "kind"))
    assert kinds == {"Evening": "COMBO", "Popcorn": "MADE", "Corn": "INGREDIENT", "Cup": "INGREDIENT", "Cola": "GOODS"}
    assert ConcessionItem.objects.get(name="Corn").unit == "GRAM"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_with_recipes_comes_back_unchanged(manager, own, kind, django_assert_max_num_queries):
    a_menu(manager, own)
    manager.cookies["django_language"] = "ru"

    with django_assert_max_num_queries(14):
        out = manager.get(EXPORT, {"as": kind}).content

    assert upload(manager, out, f"bar.{kind}").context_data["kinds"] == {"same": 5}


def test_a_recipe_is_changed_as_a_whole_and_the_preview_shows_it(manager, own):
    a_menu(manager, own)

    answer = upload(manager, f"Cinema,Name,Made of\n{own.name},Popcorn,90 × corn\n")
    confirm(manager, answer)

    [row] = answer.context_data["outcomes"]
    assert [(each.field, each.before, each.after) for each in row.changes] == [
        ("Made of", "80 × Corn; 1 × Cup", "90 × Corn")
    ]
    assert recipe("Popcorn") == {"Corn": 90}


def test_wrong_recipes_are_refused(manager, own):
    a_menu(manager, own)
    unclear = "Made of: “%s” is not understood. Write it like “80 × Corn; 20 × Oil; 1 × Cup”."
    not_allowed = "Made of: A portion is made of ingredients and goods; a combo of goods and portions."
    wrong = {
        ("A", "MADE", "80 Corn"): unclear % "80 Corn",
        ("B", "MADE", "0 × Corn"): unclear % "0 × Corn",
        ("C", "MADE", "1 × Corn; 2 × corn"): "Made of: “corn” stands here twice. Add the two up.",
        ("D", "MADE", "80 × Gold"): "Made of: “Gold” was not found. Check the spelling.",
        ("E", "MADE", "1 × Evening"): not_allowed,
        ("F", "GOODS", "1 × Cup"): not_allowed,
        ("G", "COMBO", "1 × Corn"): not_allowed,
        ("Cola", "MADE", ""): "Kind: An item keeps it, since its stock rests on it. Add a new item.",
    }
    lines = (f'{own.name},{name},{kind},150,"{made_of}"\n' for name, kind, made_of in wrong)

    answer = upload(manager, "Cinema,Name,Kind,Price,Made of\n" + "".join(lines))

    assert [(kind, errors) for _number, kind, errors in previewed_rows(answer)] == [
        ("refused", [told]) for told in wrong.values()
    ]


def test_an_export_in_one_language_can_be_imported_in_another(manager, own):
    factories.an_item(own, price=Decimal("1234.50"))
    manager.cookies["django_language"] = "ru"
    out = manager.get(EXPORT, {"as": "csv"}).content

    manager.cookies["django_language"] = "en"

    assert upload(manager, out).context_data["kinds"] == {"same": 1}


def test_an_export_contains_the_filtered_rows_of_the_persons_own_cinemas(manager, own):
    kept = factories.an_item(own)
    factories.an_item(own, is_active=False)
    foreign = factories.an_item()

    every = files.read(manager.get(EXPORT, {"as": "csv"}).content)
    on_sale = files.read(manager.get(EXPORT, {"as": "csv", "is_active__exact": "1"}).content)
    asked = files.read(manager.get(EXPORT, {"as": "csv", "cinema__id__exact": foreign.cinema.pk}).content)

    assert len(every.rows) == 2
    assert foreign.name not in {cells[2] for _number, cells in [*every.rows, *asked.rows]}
    assert [cells[2] for _number, cells in on_sale.rows] == [kept.name]


def test_another_cinemas_items_cannot_be_imported(manager, own):
    foreign = factories.an_item()

    by_number = upload(manager, f"Number,Price\n{foreign.pk},1\n")
    by_cinema = upload(manager, f"Cinema,Name,Price\n{foreign.cinema.name},{foreign.name},1\n")

    assert previewed_rows(by_number) == [
        (2, "refused", ["Number: Nothing has this number. Leave the cell empty to add a new row."])
    ]
    assert previewed_rows(by_cinema) == [
        (2, "refused", [f"Cinema: “{foreign.cinema.name}” was not found. Check the spelling."])
    ]


def test_an_import_cannot_move_an_item_to_another_cinema(own):
    second = factories.a_cinema()
    item = factories.an_item(own)
    client = browser(someone("cinema_manager", own, second))

    answer = upload(client, f"Number,Cinema\n{item.pk},{second.name}\n")

    assert previewed_rows(answer) == [
        (2, "refused", ["Cinema: An item can’t move to another cinema. Add a new item there."])
    ]


def test_rows_with_errors_are_left_out_only_where_that_is_chosen_and_come_back_as_a_file(manager, own):
    text = f"Cinema,Name,Price\n{own.name},Cola,150\n{own.name},Tea,cheap\n"

    answer = upload(manager, text)
    seen = {"seen": answer.context_data["seen"]}
    back = manager.post(IMPORT, {**seen, "refused_file": "1"}).content.decode("utf-8-sig")
    page = answer.content.decode()
    confirm(manager, answer)

    assert [kind for _number, kind, _errors in previewed_rows(answer)] == ["new", "refused"]
    assert ("Import the valid rows" in page, "Import all" in page) == (True, False)
    assert back.splitlines() == [
        "Cinema,Name,Price,What is wrong",
        f"{own.name},Tea,cheap,Price: “cheap” is not a number. Write it like 1450.50.",
    ]
    assert [name for name, *_rest in items()] == ["Cola"]


@pytest.mark.parametrize("price", ["-1", "100000000000", "1.234", "NaN", "1e5", "", "١٢٣", "<script>", "9" * 40])
def test_an_invalid_price_is_rejected(manager, own, price):
    answer = upload(manager, f"Cinema;Name;Price\n{own.name};Cola;{price}\n")

    assert [kind for _number, kind, _errors in previewed_rows(answer)] == ["refused"]
    assert items() == []


@pytest.mark.parametrize("name", ["cola", "Cola\u00a0", "Co\u200bla"])
def test_a_name_of_other_bytes_is_the_same_item(manager, own, name):
    ConcessionItem.objects.create(cinema=own, name="Cola", price=150)

    confirm(manager, upload(manager, f"Cinema,Name,Price\n{own.name},{name},160\n"))

    assert list(ConcessionItem.objects.values_list("price", flat=True)) == [Decimal("160.00")]


def test_a_duplicate_row_is_rejected(manager, own):
    answer = upload(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n{own.name},Cola,160\n")

    assert previewed_rows(answer)[1] == (3, "refused", ["Row 2 is already about the same record. Keep one of the two."])


def test_rows_changed_since_the_preview_are_previewed_again(manager, own):
    item = factories.an_item(own)
    answer = upload(manager, f"Number,Price\n{item.pk},99\n")
    ConcessionItem.objects.filter(pk=item.pk).update(price=110)

    again = confirm(manager, answer)

    [row] = again.context_data["outcomes"]
    assert [each.before for each in row.changes] == ["110.00"]
    item.refresh_from_db()
    assert item.price == 110
    assert confirm(manager, again).status_code == 302
    item.refresh_from_db()
    assert item.price == 99


def test_confirming_an_import_twice_stores_it_once(manager, own):
    answer = upload(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")

    confirm(manager, answer)
    again = confirm(manager, answer)

    assert again.context_data["kinds"] == {"same": 1}
    assert len(items()) == 1


def test_a_preview_of_another_person_or_a_forged_one_is_not_imported(manager, own):
    answer = upload(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")
    other = browser(someone("cinema_manager", own, email="other@example.org"))

    assert confirm(other, answer).status_code == 302
    manager.post(IMPORT, {"seen": answer.context_data["seen"][:-3] + "abc"})
    manager.post(IMPORT, {"seen": "\0"})

    assert items() == []


@pytest.mark.parametrize("role", ["cashier", "bar", "floor_manager", "accountant"])
def test_roles_with_only_the_view_permission_can_export_but_not_import(own, role):
    client = browser(someone(role, own))

    assert client.get(EXPORT).status_code == 200
    assert client.get(IMPORT).status_code == 403
    assert client.post(IMPORT, {"seen": "x"}).status_code == 403
    assert IMPORT not in client.get(reverse("admin:concessions_concessionitem_changelist")).content.decode()


def test_exporting_needs_the_view_permission(own):
    assert browser(someone("usher", own)).get(EXPORT).status_code == 403


@pytest.mark.parametrize("content", [b"", b"\0", b"PK\x03\x04 no zip", b"Colour,Name\nred,Cola\n", b"Name,Name\na,b\n"])
def test_an_unreadable_file_gets_one_error(manager, content):
    answer = upload(manager, content)

    assert answer.status_code == 200
    assert len(answer.context_data["form"].errors["file"]) == 1


def test_an_invalid_filter_does_not_break_the_export(manager):
    assert manager.get(EXPORT, {"is_low__exact": "perhaps"}).status_code in (200, 302)
    assert manager.get(EXPORT, {"nonsense": "1"}).status_code == 400


def test_an_export_runs_a_constant_number_of_queries(manager, own, django_assert_max_num_queries):
    for _number in range(30):
        factories.an_item(own)

    with django_assert_max_num_queries(12):
        manager.get(EXPORT)


def test_a_lock_timeout_shows_a_message(manager, own, monkeypatch):
    answer = upload(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n")

    def too_long(*args, **kwargs):
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(storing, "create", too_long)
    given_up = manager.post(IMPORT, {"seen": answer.context_data["seen"]}, follow=True)

    assert "Nothing was imported. Please try again." in given_up.content.decode()
    assert items() == []


def test_a_row_that_violates_a_constraint_is_rejected_and_logged(manager, own, monkeypatch, caplog):
    create = storing.create

    def broken(model, rows, **kwargs):
        if any(row.name == "Tea" for row, _related in rows):
            raise IntegrityError("some constraint")
        create(model, rows, **kwargs)

    monkeypatch.setattr(storing, "create", broken)
    answer = upload(manager, f"Cinema,Name,Price\n{own.name},Cola,150\n{own.name},Tea,150\n")
    stored = confirm(manager, answer)

    assert previewed_rows(stored)[1] == (3, "refused", ["This row can’t be saved as it is. Check its values."])
    assert items() == []
    assert "a row of a file could not be stored" in caplog.text


def test_two_items_of_a_cinema_cannot_have_the_same_name(manager, own):
    cola, tea = factories.an_item(own), factories.an_item(own)

    answer = upload(manager, f"Number,Name\n{cola.pk},{tea.name}\n")

    [(_number, kind, _errors)] = previewed_rows(answer)
    assert kind == "refused"
