"""Each action of the admin works in a browser; `test_denied_actions.py` checks who is refused."""

import pytest
from django.db.models import Model
from django.urls import reverse
from playwright.sync_api import Page, expect

import cinema.urls  # noqa: F401 - it loads the pages
from notifications.models import Status
from orders.models import Order
from tests.helpers.pages.admin_action_cases import ACTION_CASES, ActionCase
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.pages.browser_windows import Screen
from tests.helpers.sampling import sample
from tests.helpers.users import someone


@pytest.fixture
def rows(transactional_db: None) -> AdminFixtures:
    return AdminFixtures()


def address(row: Model, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def fill(page: Page, values: dict[str, str | bool]) -> None:
    page.wait_for_load_state()  # scripts of a page that is loading may set fields back
    for label, value in values.items():
        field = page.locator("form").get_by_label(label).first
        if value is True:
            field.check()
        elif field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(str(value))  # by its label or its value
        else:
            field.fill(str(value))


@pytest.mark.proofs
@pytest.mark.parametrize("case", sample(ACTION_CASES, turn=0, of=6), ids=lambda case: case.action)
def test_an_action_changes_the_row_and_shows_its_message(screen: Screen, rows: AdminFixtures, case: ActionCase) -> None:
    row, values = case.target(rows), case.entered(rows)
    page = screen(case.actor(rows))
    page.goto(address(row))

    page.get_by_role("link", name=case.title, exact=True).click()
    fill(page, values)
    for button in [*([case.title] if case.has_preview else []), case.last_button or case.title]:
        before = case.probe(rows)
        page.get_by_role("button", name=button).click()

    expect(page.get_by_text(case.message)).to_be_visible()
    assert before != case.expected
    assert case.probe(rows) == case.expected


def test_a_count_beyond_the_tolerance_is_asked_for_a_reason_and_what_was_typed_stays(
    screen: Screen, rows: AdminFixtures
) -> None:
    page = screen(someone("bar", rows.cinema))
    page.goto(address(rows.item, "count_stock"))
    page.get_by_label("Сколько на полке").fill("90")

    page.get_by_role("button", name="Пересчитать остаток").click()
    expect(page.get_by_text("посчитано 90, а должно быть 100")).to_be_visible()
    assert rows.refreshed(rows.item).stock_quantity == 100
    page.get_by_label("Причина расхождения, если оно есть").fill("Упала полка")
    page.get_by_role("button", name="Пересчитать остаток").click()

    expect(page.get_by_text("остаток исправлен на -10, теперь 90.")).to_be_visible()
    assert rows.refreshed(rows.item).stock_quantity == 90


# --- What is done with rows ticked in a list


def tick(page: Page, *rows: str) -> None:
    page.wait_for_load_state()
    for row in rows:
        page.get_by_role("row", name=row).get_by_role("checkbox").check()


def choose(page: Page, action: str) -> None:
    page.locator("select[name=action]").select_option(label=action)
    page.get_by_role("button", name="Выполнить").click()


def test_a_colleague_who_leaves_is_switched_off_and_who_comes_back_is_switched_on(
    screen: Screen, rows: AdminFixtures
) -> None:
    colleague = rows.colleague
    page = screen(someone("cinema_manager", rows.cinema))
    page.goto("/admin/accounts/user/")

    tick(page, colleague.email)
    choose(page, "Отключить")
    page.get_by_role("button", name="Отключить").click()
    expect(page.get_by_text("Отключена 1 учётная запись.")).to_be_visible()
    assert rows.refreshed(colleague).is_active is False

    tick(page, colleague.email)
    choose(page, "Включить снова")
    expect(page.get_by_text("Включена 1 учётная запись.")).to_be_visible()
    assert rows.refreshed(colleague).is_active is True


def test_several_overdue_orders_are_cancelled_after_one_look_at_which(screen: Screen, rows: AdminFixtures) -> None:
    one, other = rows.overdue_order, rows.other_overdue_order
    page = screen(someone("cashier", rows.cinema))
    page.goto("/admin/orders/overdueorder/")

    tick(page, one.number, other.number)
    choose(page, "Отменить заказ")
    expect(page.locator("#content")).to_contain_text(one.number)
    page.get_by_role("button", name="Отменить заказ").click()

    expect(page.get_by_text("Отменены 2 заказа.")).to_be_visible()
    assert {rows.refreshed(each).status for each in (one, other)} == {Order.Status.CANCELLED}


def test_a_message_that_failed_is_sent_again(screen: Screen, rows: AdminFixtures) -> None:
    message = rows.failed_notification
    page = screen(someone("cinema_manager", rows.cinema))
    page.goto("/admin/notifications/notification/")

    tick(page, message.recipient)
    choose(page, "Отправить ещё раз")

    expect(page.get_by_text("1 сообщение будет отправлено ещё раз.")).to_be_visible()
    assert rows.refreshed(message).status == Status.QUEUED


@pytest.mark.parametrize(
    ("list_page", "role"),
    [
        ("accounts/user", "floor_manager"),
        ("notifications/notification", "floor_manager"),
        ("orders/overdueorder", "accountant"),
    ],
)
def test_who_may_not_is_offered_nothing_to_do_with_a_list(
    screen: Screen, rows: AdminFixtures, list_page: str, role: str
) -> None:
    assert rows.overdue_order
    page = screen(someone(role, rows.cinema))

    answer = page.request.get(f"/admin/{list_page}/")

    assert answer.status == 403 or 'name="action"' not in answer.text()
