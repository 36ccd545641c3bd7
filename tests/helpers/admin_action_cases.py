"""Every action on a row's page in the admin, one `ActionCase` each.

The cases run in three tests: the action succeeds in Chromium (tests/browser/test_admin_actions.py), it is refused to a
role without the permission (tests/backoffice/every_page/test_denied_actions.py), and it does nothing when a colleague
has done it first (test_concurrent_actions.py there). A new action needs a case: a test compares this list with the
admin's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model, Sum

from concessions.models import ConcessionPreorder, ReorderSuggestion
from notifications.models import Notification
from orders.models import Order, Ticket
from payments.models import Payment, Refund
from screenings.models import Seat, Session
from tests.helpers.admin_fixtures import AdminFixtures

Inputs = dict[str, str | bool]  # by the label of the field; True ticks a choice


def status(name: str) -> Callable[[AdminFixtures], str]:
    return lambda rows: rows.refreshed(getattr(rows, name)).status


def stock(name: str) -> Callable[[AdminFixtures], int]:
    return lambda rows: rows.refreshed(getattr(rows, name)).stock_quantity


def on_order(item: Model) -> int:
    ordered = ReorderSuggestion.objects.filter(concession_item=item.pk, ordered_at__isnull=False)
    return ordered.aggregate(sum=Sum("quantity", default=0))["sum"]


def days_of_sessions(rows: AdminFixtures) -> list[int]:
    """The days on which sessions are scheduled, counted from `rows.day`."""
    days = [rows.cinema.local(each.start_datetime).date() for each in Session.objects.all()]
    return sorted((day - rows.day).days for day in days)


@dataclass(frozen=True)
class ActionCase:
    action: str  # its name in the admin
    title: str  # the label of its button, in Russian
    role: str  # may do it
    denied_role: str  # may not
    target: Callable[[AdminFixtures], Model]  # the row on whose page it is done
    message: str  # the message of success contains it
    probe: Callable[[AdminFixtures], Any]  # reads from the database what the action changes
    expected: Any  # what `probe` reads after success
    repeat_message: str  # the answer to a second person who sends the same page contains it
    inputs: Callable[[AdminFixtures], Inputs] = lambda _rows: {}
    has_preview: bool = False  # the first submit shows a preview, the second one confirms it


ACTION_CASES = [
    # --- The bar
    ActionCase(
        "receive_goods", "Принять товар", "bar", "accountant", lambda rows: rows.low_stock,
        "принято 25, теперь в остатке 35.", stock("low_stock"), 35,
        "этим уже кто-то занялся",
        lambda _rows: {"Сколько пришло": "25"},
    ),
    ActionCase(
        "count_stock", "Пересчитать остаток", "bar", "accountant", lambda rows: rows.item,
        "остаток исправлен на -2, теперь 98.", stock("item"), 98,
        "Тем временем",
        lambda _rows: {"Сколько лежит на полке": "98"},
    ),
    ActionCase(
        "write_off_goods", "Списать товар", "floor_manager", "bar", lambda rows: rows.item,
        "списано 4, теперь в остатке 96.", stock("item"), 96,
        "Тем временем",
        lambda _rows: {"Сколько списать": "4", "Причина": "Вышел срок"},
    ),
    ActionCase(
        "order_goods", "Заказать до максимума", "floor_manager", "bar", lambda rows: rows.low_stock,
        "заказано 90.", lambda rows: on_order(rows.low_stock), 90,
        "уже заказано 90. Сначала примите их.",
    ),
    ActionCase(
        "take_off", "Снять с продажи", "bar", "accountant", lambda rows: rows.low_stock,
        "снято с продажи.", lambda rows: rows.refreshed(rows.low_stock).is_active, False,
        "этим уже кто-то занялся",
    ),
    ActionCase(
        "put_back", "Вернуть в продажу", "bar", "cashier", lambda rows: rows.inactive_item,
        "снова в продаже.", lambda rows: rows.refreshed(rows.inactive_item).is_active, True,
        "уже в продаже.",
    ),
    ActionCase(
        "ready", "Приготовить", "bar", "cashier", lambda rows: rows.preorder,
        "готово.", status("preorder"), ConcessionPreorder.Status.READY,
        "Статус: Готов.",
    ),
    ActionCase(
        "hand_over", "Выдать", "bar", "cashier", lambda rows: rows.preorder,
        "выдано.", status("preorder"), ConcessionPreorder.Status.COLLECTED,
        "Статус: Выдан.",
    ),
    # --- Overdue orders
    ActionCase(
        "extend", "Продлить срок оплаты", "cashier", "accountant", lambda rows: rows.overdue_order,
        "нужно оплатить до", status("overdue_order"), Order.Status.PENDING_PAYMENT,
        "этим уже кто-то занялся",
        lambda rows: {"Оплатить до": f"{rows.day - timedelta(days=1)}T18:00"},
    ),
    ActionCase(
        "take_payment", "Принять оплату", "cashier", "accountant", lambda rows: rows.overdue_order,
        "оплачен.", status("overdue_order"), Order.Status.PAID,
        "этим уже кто-то занялся",
        lambda _rows: {"Наличные": True},
    ),
    ActionCase(
        "remind", "Напомнить покупателю", "cashier", "accountant", lambda rows: rows.overdue_order,
        "напомнили.", lambda _rows: Notification.objects.filter(kind="ORDER_OVERDUE").count(), 2,
        "сообщали меньше часа назад",
    ),
    ActionCase(
        "cancel", "Отменить заказ", "cashier", "accountant", lambda rows: rows.overdue_order,
        "отменён.", status("overdue_order"), Order.Status.CANCELLED,
        "этим уже кто-то занялся",
        lambda _rows: {"Причина": "Отказались по телефону"},
    ),
    # --- Orders and tickets
    ActionCase(
        "refund_whole", "Вернуть весь заказ", "floor_manager", "cashier", lambda rows: rows.order,
        "Возвращается 846,00", status("order"), Order.Status.REFUNDED,
        "Возврат невозможен",
        lambda _rows: {"Причина": "Зал закрыт"},
    ),
    ActionCase(
        "refund_lines", "Вернуть часть", "floor_manager", "cashier", lambda rows: rows.order,
        "Возвращается 216,00", status("preorder"), ConcessionPreorder.Status.AVAILABLE,
        "Часть этого уже возвращена.",
        lambda _rows: {"Popcorn": True, "Причина": "Кончилась карамель"}, has_preview=True,
    ),
    ActionCase(
        "let_in", "Впустить", "usher", "cashier", lambda rows: rows.ticket,
        "впустили.", status("ticket"), Ticket.Status.USED,
        "По этому билету уже прошли.",
    ),
    ActionCase(
        "undo", "Отменить проход", "floor_manager", "usher", lambda rows: rows.used_ticket,
        "проход отменён.", status("used_ticket"), Ticket.Status.PAID,
        "Отменить проход нельзя",
    ),
    # --- Money
    ActionCase(
        "ask", "Спросить платёжную систему", "cashier", "accountant", lambda rows: rows.pending_payment,
        "Состояние платежа:", status("pending_payment"), Payment.Status.SUCCEEDED,
        "Состояние платежа: Оплачен.",
    ),
    ActionCase(
        "clear_up", "Выяснить", "cashier", "accountant", lambda rows: rows.uncertain_payment,
        "С платежом разобрались", status("uncertain_payment"), Payment.Status.SUCCEEDED,
        "только незавершённый платёж",
        lambda _rows: {"Списал деньги": True},
    ),
    ActionCase(
        "pay_out", "Выдано", "floor_manager", "accountant", lambda rows: rows.cash_refund,
        "выдано.", status("cash_refund"), Refund.Status.SUCCEEDED,
        "Этот возврат уже выполнен.",
    ),
    ActionCase(
        "send_again", "Отправить ещё раз", "floor_manager", "accountant", lambda rows: rows.failed_refund,
        "в течение минуты.", status("failed_refund"), Refund.Status.REQUESTED,
        "статус уже «К отправке»",
    ),
    # --- Sessions and halls
    ActionCase(
        "schedule", "Поставить сеанс", "cinema_manager", "floor_manager", lambda rows: rows.hall.cinema,
        "сеанс поставлен в расписание.", lambda rows: Session.objects.filter(film=rows.film).count(), 1,
        "зал занят",
        lambda rows: {
            "Фильм": str(rows.film), "Зал": str(rows.hall), "День": str(rows.day), "Время": "21:30",
            "Цена билета": "450",
        },
    ),
    ActionCase(
        "copy_day", "Скопировать день", "cinema_manager", "floor_manager", lambda rows: rows.session.hall.cinema,
        "Создан 1 сеанс.", days_of_sessions, [0, 1],
        "Создано 0 сеансов. Пропущен 1.",
        lambda rows: {"Скопировать день": str(rows.day), "на день": str(rows.day + timedelta(days=1))},
        has_preview=True,
    ),
    ActionCase(
        "copy_week", "Скопировать неделю", "cinema_manager", "floor_manager", lambda rows: rows.session.hall.cinema,
        "Создан 1 сеанс.", days_of_sessions, [0, 7],
        "Создано 0 сеансов. Пропущен 1.",
        lambda rows: {
            "Скопировать неделю с": str(rows.day), "на неделю с": str(rows.day + timedelta(days=7)),
        }, has_preview=True,
    ),
    ActionCase(
        "cancel", "Отменить сеанс", "cinema_manager", "floor_manager", lambda rows: rows.session,
        "сеанс отменён.", status("session"), Session.Status.CANCELLED,
        "сеанс уже отменён.",
        lambda _rows: {"Причина": "Сломался проектор"},
    ),
    ActionCase(
        "build_hall", "Построить зал", "cinema_manager", "floor_manager", lambda rows: rows.cinema,
        "Малый: зал построен.", lambda _rows: Seat.objects.filter(hall__name="Малый").count(), 7,
        "Зал «Малый» уже есть.",
        lambda _rows: {"Название зала": "Малый", "Ряды": "ss_vv\nll_w"}, has_preview=True,
    ),
    ActionCase(
        "take_out", "Вывести места из строя", "floor_manager", "usher", lambda rows: rows.hall,
        "3 места выведены из строя.", lambda rows: rows.hall.seats.filter(outages__isnull=False).count(), 3,
        "уже выведены из строя",
        lambda _rows: {"Ряд": "1", "Места": "4, 6-7", "Что сломано": "Течёт потолок"}, has_preview=True,
    ),
    ActionCase(
        "put_back", "Вернуть место в продажу", "floor_manager", "cashier", lambda rows: rows.outage,
        "снова в продаже.", lambda rows: rows.refreshed(rows.outage).until is not None, True,
        "уже снова в продаже.",
    ),
    # --- People and machines
    ActionCase(
        "approve", "Согласовать", "cinema_manager", "floor_manager", lambda rows: rows.approval,
        "списано 99, теперь в остатке 1.", stock("item"), 1,
        "статус уже «Согласовано и выполнено»",
    ),
    ActionCase(
        "refuse", "Отклонить", "cinema_manager", "floor_manager", lambda rows: rows.approval,
        "отклонено.", status("approval"), "REFUSED",
        "статус уже «Отклонено»",
        lambda _rows: {"Почему нет": "Вода была чистая"},
    ),
    ActionCase(
        "erase", "Стереть покупателя", "cinema_manager", "floor_manager", lambda rows: rows.cancelled_order,
        "стёрт.", lambda rows: rows.refreshed(rows.cancelled_order).email, "",
        "больше ничего не хранится",
    ),
    ActionCase(
        "adjust_points", "Начислить или списать баллы", "cinema_manager", "floor_manager",
        lambda rows: rows.bonus_account,
        "+50 баллов, теперь на счёте 150.", lambda rows: rows.refreshed(rows.bonus_account).balance, 150,
        "Тем временем",
        lambda _rows: {"Баллы": "50", "Причина": "За испорченный вечер"},
    ),
    ActionCase(
        "retry_now", "Повторить сейчас", "cinema_manager", "floor_manager", lambda rows: rows.quarantined_row,
        "при следующем запуске.", lambda rows: rows.refreshed(rows.quarantined_row).next_attempt_at is not None, True,
        "при следующем запуске.",
    ),
]  # fmt: skip
