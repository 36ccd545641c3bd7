"""A case for each action of staff on a row's page: who performs it, on which row, and with what result."""

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
from tests.helpers.admin_fixtures import Foyer

Entered = dict[str, str | bool]  # by label; True ticks a box


def status(name: str) -> Callable[[Foyer], str]:
    return lambda foyer: foyer.again(getattr(foyer, name)).status


def stock(name: str) -> Callable[[Foyer], int]:
    return lambda foyer: foyer.again(getattr(foyer, name)).stock_quantity


def on_order(item: Model) -> int:
    ordered = ReorderSuggestion.objects.filter(concession_item=item.pk, ordered_at__isnull=False)
    return ordered.aggregate(sum=Sum("quantity", default=0))["sum"]


def days_of_sessions(foyer: Foyer) -> list[int]:
    """How many days ahead each is shown."""
    days = [foyer.cinema.local(each.start_datetime).date() for each in Session.objects.all()]
    return sorted((day - foyer.day).days for day in days)


@dataclass(frozen=True)
class ActionCase:
    action: str  # its name in the admin
    title: str  # of the button, and of the button on the confirmation page
    role: str
    denied_role: str  # a role without the permission, if possible one that may view the page
    target: Callable[[Foyer], Model]  # the row
    message: str  # the message after the action, or a part of it
    probe: Callable[[Foyer], Any]  # reads what the action changes
    expected: Any  # the result of the probe after the action
    conflict_message: str  # the message for a colleague who sends the same form afterwards
    entered: Callable[[Foyer], Entered] = lambda _foyer: {}
    has_preview: bool = False  # whether the form is shown again with a preview before it takes effect


ACTION_CASES = [
    # --- The bar
    ActionCase(
        "receive_goods", "Принять товар", "bar", "accountant", lambda foyer: foyer.low,
        "принято 25, теперь в остатке 35.", stock("low"), 35,
        "этим уже занялся кто-то другой",
        lambda _foyer: {"Сколько принято": "25"},
    ),
    ActionCase(
        "count_stock", "Пересчитать остаток", "bar", "accountant", lambda foyer: foyer.item,
        "остаток исправлен на -2, теперь 98.", stock("item"), 98,
        "подтвердите",
        lambda _foyer: {"Сколько на полке": "98"},
    ),
    ActionCase(
        "write_off_goods", "Списать товар", "floor_manager", "bar", lambda foyer: foyer.item,
        "списано 4, теперь в остатке 96.", stock("item"), 96,
        "подтвердите",
        lambda _foyer: {"Сколько списать": "4", "Причина": "Вышел срок"},
    ),
    ActionCase(
        "order_goods", "Отметить заказ поставщику", "floor_manager", "bar", lambda foyer: foyer.low,
        "заказано у поставщика 90.", lambda foyer: on_order(foyer.low), 90,
        "уже заказано 90. Сначала примите этот товар.",
    ),
    ActionCase(
        "take_off", "Снять с продажи", "bar", "accountant", lambda foyer: foyer.low,
        "снято с продажи.", lambda foyer: foyer.again(foyer.low).is_active, False,
        "этим уже занялся кто-то другой",
    ),
    ActionCase(
        "put_back", "Вернуть в продажу", "bar", "cashier", lambda foyer: foyer.off_sale,
        "снова в продаже.", lambda foyer: foyer.again(foyer.off_sale).is_active, True,
        "уже в продаже.",
    ),
    ActionCase(
        "ready", "Отметить готовность", "bar", "cashier", lambda foyer: foyer.snacks,
        "готово.", status("snacks"), ConcessionPreorder.Status.READY,
        "Статус: Готов.",
    ),
    ActionCase(
        "hand_over", "Выдать", "bar", "cashier", lambda foyer: foyer.snacks,
        "выдано.", status("snacks"), ConcessionPreorder.Status.COLLECTED,
        "Статус: Выдан.",
    ),
    # --- What is overdue
    ActionCase(
        "extend", "Продлить срок оплаты", "cashier", "accountant", lambda foyer: foyer.late,
        "нужно оплатить до", status("late"), Order.Status.PENDING_PAYMENT,
        "этим уже занялся кто-то другой",
        lambda foyer: {"Оплатить до": f"{foyer.day - timedelta(days=1)}T18:00"},
    ),
    ActionCase(
        "take_payment", "Принять оплату", "cashier", "accountant", lambda foyer: foyer.late,
        "оплачен.", status("late"), Order.Status.PAID,
        "этим уже занялся кто-то другой",
        lambda _foyer: {"Наличные": True},
    ),
    ActionCase(
        "remind", "Напомнить покупателю", "cashier", "accountant", lambda foyer: foyer.late,
        "Напоминание по заказу", lambda _foyer: Notification.objects.filter(kind="ORDER_OVERDUE").count(), 2,
        "отправлено меньше часа назад",
    ),
    ActionCase(
        "cancel", "Отменить заказ", "cashier", "accountant", lambda foyer: foyer.late,
        "отменён.", status("late"), Order.Status.CANCELLED,
        "этим уже занялся кто-то другой",
        lambda _foyer: {"Причина": "Отказались по телефону"},
    ),
    # --- What is sold
    ActionCase(
        "refund_whole", "Вернуть весь заказ", "floor_manager", "cashier", lambda foyer: foyer.order,
        "оформлен возврат 846", status("order"), Order.Status.REFUNDED,
        "возвращать нечего",
        lambda _foyer: {"Причина": "Зал закрыт"},
    ),
    ActionCase(
        "refund_lines", "Вернуть часть заказа", "floor_manager", "cashier", lambda foyer: foyer.order,
        "оформлен возврат 216", status("snacks"), ConcessionPreorder.Status.AVAILABLE,
        "Часть выбранного уже возвращена.",
        lambda _foyer: {"Popcorn": True, "Причина": "Кончилась карамель"}, has_preview=True,
    ),
    ActionCase(
        "let_in", "Отметить проход", "usher", "cashier", lambda foyer: foyer.ticket,
        "проход отмечен.", status("ticket"), Ticket.Status.USED,
        "По этому билету уже прошли.",
    ),
    ActionCase(
        "undo", "Отменить проход", "floor_manager", "usher", lambda foyer: foyer.used,
        "проход отменён.", status("used"), Ticket.Status.PAID,
        "Отменить проход нельзя",
    ),
    # --- Money
    ActionCase(
        "ask", "Запросить статус", "cashier", "accountant", lambda foyer: foyer.in_flight,
        "Статус платежа:", status("in_flight"), Payment.Status.SUCCEEDED,
        "Статус платежа: Оплачен.",
    ),
    ActionCase(
        "clear_up", "Уточнить оплату", "cashier", "accountant", lambda foyer: foyer.unclear,
        "Платёж уточнён", status("unclear"), Payment.Status.SUCCEEDED,
        "ещё в обработке",
        lambda _foyer: {"Деньги списаны": True},
    ),
    ActionCase(
        "pay_out", "Отметить выдачу", "floor_manager", "accountant", lambda foyer: foyer.to_hand_out,
        "выдача отмечена.", status("to_hand_out"), Refund.Status.SUCCEEDED,
        "Этот возврат уже выполнен, выдавать ничего не нужно.",
    ),
    ActionCase(
        "send_again", "Отправить ещё раз", "floor_manager", "accountant", lambda foyer: foyer.not_sent,
        "в течение минуты.", status("not_sent"), Refund.Status.REQUESTED,
        "статус уже «Ждёт отправки»",
    ),
    # --- The programme
    ActionCase(
        "schedule", "Добавить сеанс", "cinema_manager", "floor_manager", lambda foyer: foyer.hall.cinema,
        "сеанс добавлен.", lambda foyer: Session.objects.filter(film=foyer.film).count(), 1,
        "зал занят",
        lambda foyer: {
            "Фильм": str(foyer.film), "Зал": str(foyer.hall), "День": str(foyer.day), "Время": "21:30",
            "Цена билета": "450",
        },
    ),
    ActionCase(
        "copy_day", "Скопировать день", "cinema_manager", "floor_manager", lambda foyer: foyer.session.hall.cinema,
        "Добавлен 1 сеанс.", days_of_sessions, [0, 1],
        "Добавлено 0 сеансов. Пропущен 1.",
        lambda foyer: {"Скопировать день": str(foyer.day), "На день": str(foyer.day + timedelta(days=1))},
        has_preview=True,
    ),
    ActionCase(
        "copy_week", "Скопировать неделю", "cinema_manager", "floor_manager", lambda foyer: foyer.session.hall.cinema,
        "Добавлен 1 сеанс.", days_of_sessions, [0, 7],
        "Добавлено 0 сеансов. Пропущен 1.",
        lambda foyer: {
            "Скопировать неделю, начиная с": str(foyer.day), "На неделю, начиная с": str(foyer.day + timedelta(days=7)),
        }, has_preview=True,
    ),
    ActionCase(
        "cancel", "Отменить сеанс", "cinema_manager", "floor_manager", lambda foyer: foyer.session,
        "сеанс отменён.", status("session"), Session.Status.CANCELLED,
        "сеанс уже отменён.",
        lambda _foyer: {"Причина": "Сломался проектор"},
    ),
    ActionCase(
        "build_hall", "Добавить зал", "cinema_manager", "floor_manager", lambda foyer: foyer.cinema,
        "Малый: зал добавлен.", lambda _foyer: Seat.objects.filter(hall__name="Малый").count(), 7,
        "Зал «Малый» уже есть.",
        lambda _foyer: {"Название зала": "Малый", "Ряды": "ss_vv\nll_w"}, has_preview=True,
    ),
    ActionCase(
        "take_out", "Снять места с продажи", "floor_manager", "usher", lambda foyer: foyer.hall,
        "3 места сняты с продажи.", lambda foyer: foyer.hall.seats.filter(outages__isnull=False).count(), 3,
        "Уже сняты с продажи",
        lambda _foyer: {"Ряд": "1", "Места": "4, 6-7", "Причина": "Течёт потолок"}, has_preview=True,
    ),
    ActionCase(
        "put_back", "Вернуть место в продажу", "floor_manager", "cashier", lambda foyer: foyer.outage,
        "снова в продаже.", lambda foyer: foyer.again(foyer.outage).until is not None, True,
        "уже снова в продаже.",
    ),
    # --- People and machines
    ActionCase(
        "approve", "Согласовать", "cinema_manager", "floor_manager", lambda foyer: foyer.asked,
        "списано 99, теперь в остатке 1.", stock("item"), 1,
        "статус уже «Согласовано»",
    ),
    ActionCase(
        "refuse", "Отклонить", "cinema_manager", "floor_manager", lambda foyer: foyer.asked,
        "запрос отклонён.", status("asked"), "REFUSED",
        "статус уже «Отклонено»",
        lambda _foyer: {"Причина отказа": "Вода была чистая"},
    ),
    ActionCase(
        "erase", "Удалить персональные данные", "cinema_manager", "floor_manager", lambda foyer: foyer.given_up,
        "персональные данные покупателя удалены.", lambda foyer: foyer.again(foyer.given_up).email, "",
        "уже удалены",
    ),
    ActionCase(
        "adjust_points", "Начислить или списать баллы", "cinema_manager", "floor_manager", lambda foyer: foyer.account,
        "изменение +50, на счёте теперь 150.", lambda foyer: foyer.again(foyer.account).balance, 150,
        "подтвердите",
        lambda _foyer: {"Баллы": "50", "Причина": "За испорченный вечер"},
    ),
    ActionCase(
        "retry_now", "Повторить сейчас", "cinema_manager", "floor_manager", lambda foyer: foyer.quarantined,
        "при следующем запуске задания.",
        lambda foyer: foyer.again(foyer.quarantined).next_attempt_at is not None, True,
        "при следующем запуске задания.",
    ),
]  # fmt: skip
