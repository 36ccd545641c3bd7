"""A case for each action of staff on a row's page: who performs it, on which row, and with what result."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model, Sum

from accounts.models import Approval, MarketingConsent, User
from accounts.services.second_factor import is_enrolled
from concessions.models import ConcessionPreorder, ReorderSuggestion
from incidents.models import Incident
from notifications.models import Notification
from orders.models import Order, Promocode, Ticket
from payments.models import Payment, Receipt, Refund
from pricing.models import PriceFreeze
from reports.models import ReportFile
from screenings.models import PlannedSession, PriceList, Seat, Session
from tests.helpers.pages.admin_fixtures import AdminFixtures
from tests.helpers.users import someone

Entered = dict[str, str | bool]  # by label; True ticks a box


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
    title: str  # of the button, and of the button on the confirmation page
    role: str
    denied_role: str  # a role without the permission, if possible one that may view the page
    target: Callable[[AdminFixtures], Model]  # the row
    message: str  # the message after the action, or a part of it
    probe: Callable[[AdminFixtures], Any]  # reads what the action changes
    expected: Any  # the result of the probe after the action
    conflict_message: str  # the message for a colleague who sends the same form afterwards
    entered: Callable[[AdminFixtures], Entered] = lambda _rows: {}
    leaves_the_row: bool = False  # whether it changes nothing of the row, so that a colleague may do the same
    has_preview: bool = False  # whether the form is shown again with a preview before it takes effect
    last_button: str = ""  # of the confirmation page, after a preview, if not the title

    def actor(self, rows: AdminFixtures, **fields: Any) -> User:
        """Somebody of the role in the cinema; the owner works for all cinemas, as partners and consents ask for."""
        return someone(self.role, rows.cinema, all_cinemas=self.role == "owner", **fields)


ACTION_CASES = [
    # --- Partners
    ActionCase(
        "make_key", "Создать ключ API", "owner", "cinema_manager", lambda rows: rows.partner,
        "показан только сейчас: cine", lambda rows: rows.partner.keys.count(), 2,
        "уже есть два действующих ключа",
    ),
    ActionCase(
        "revoke", "Отозвать ключ", "owner", "cinema_manager", lambda rows: rows.api_key,
        "больше не действует.", lambda rows: rows.refreshed(rows.api_key).revoked_at is None, False,
        "Этот ключ уже отозван.",
    ),
    ActionCase(
        "switch_on", "Включить снова", "owner", "cinema_manager", lambda rows: rows.webhook_receiver,
        "снова включён.", lambda rows: rows.refreshed(rows.webhook_receiver).disabled_at, None,
        "Этот получатель уже включён.",
    ),
    ActionCase(
        "renew", "Создать новый секрет", "owner", "cinema_manager", lambda rows: rows.webhook_receiver,
        "показан только сейчас: whsec_", lambda rows: rows.refreshed(rows.webhook_receiver).former_until is None, False,
        "показан только сейчас", leaves_the_row=True,
    ),
    ActionCase(
        "send_again", "Отправить ещё раз", "owner", "cinema_manager", lambda rows: rows.webhook,
        "Вебхук будет отправлен ещё раз.", status("webhook"), "QUEUED",
        "Кто-то только что это сделал.",
    ),
    ActionCase(
        "ask_catalogues", "Спросить каталоги", "owner", "accountant", lambda rows: rows.film,
        "запрошено: Wikidata.", lambda rows: rows.film.lookups.count(), 1,
        "запрошено: Wikidata.", leaves_the_row=True,
    ),
    ActionCase(
        "accept", "Принять", "owner", "accountant", lambda rows: rows.film_proposal,
        "значение внесено.", lambda rows: rows.refreshed(rows.film).original_title, "Stalker",
        "Кто-то только что это сделал.",
    ),
    ActionCase(
        "decline", "Отклонить", "owner", "accountant", lambda rows: rows.film_proposal,
        "значение отклонено.", status("film_proposal"), "DECLINED",
        "Кто-то только что это сделал.",
    ),
    ActionCase(
        "accept", "Принять", "owner", "accountant", lambda rows: rows.picture_proposal,
        "изображение загружается.", status("picture_proposal"), "ACCEPTED",
        "Кто-то только что это сделал.",
    ),
    ActionCase(
        "decline", "Отклонить", "owner", "accountant", lambda rows: rows.picture_proposal,
        "изображение отклонено.", status("picture_proposal"), "DECLINED",
        "Кто-то только что это сделал.",
    ),
    # --- The bar
    ActionCase(
        "receive_goods", "Принять товар", "bar", "accountant", lambda rows: rows.low_stock,
        "принято 25, теперь в остатке 35.", stock("low_stock"), 35,
        "этим уже занялся кто-то другой",
        lambda _rows: {"Сколько принято": "25"},
    ),
    ActionCase(
        "count_stock", "Пересчитать остаток", "bar", "accountant", lambda rows: rows.item,
        "остаток исправлен на -2, теперь 98.", stock("item"), 98,
        "подтвердите",
        lambda _rows: {"Сколько на полке": "98"},
    ),
    ActionCase(
        "write_off_goods", "Списать товар", "floor_manager", "bar", lambda rows: rows.item,
        "списано 4, теперь в остатке 96.", stock("item"), 96,
        "подтвердите",
        lambda _rows: {"Сколько списать": "4", "Причина": "Вышел срок"},
    ),
    ActionCase(
        "set_cost", "Задать себестоимость", "accountant", "bar", lambda rows: rows.item,
        "теперь остаток стоит", lambda rows: rows.refreshed(rows.item).average_cost, Decimal("31.50"),
        "подтвердите",
        lambda _rows: {"Закупочная цена за единицу": "31.50", "Причина": "Накладная 7"},
    ),
    ActionCase(
        "order_goods", "Отметить заказ поставщику", "floor_manager", "bar", lambda rows: rows.low_stock,
        "заказано у поставщика 90.", lambda rows: on_order(rows.low_stock), 90,
        "уже заказано 90. Сначала примите этот товар.",
    ),
    ActionCase(
        "take_off", "Снять с продажи", "bar", "accountant", lambda rows: rows.low_stock,
        "снято с продажи.", lambda rows: rows.refreshed(rows.low_stock).is_active, False,
        "этим уже занялся кто-то другой",
    ),
    ActionCase(
        "put_back", "Вернуть в продажу", "bar", "cashier", lambda rows: rows.inactive_item,
        "снова в продаже.", lambda rows: rows.refreshed(rows.inactive_item).is_active, True,
        "уже в продаже.",
    ),
    ActionCase(
        "ready", "Отметить готовность", "bar", "cashier", lambda rows: rows.preorder,
        "готово.", status("preorder"), ConcessionPreorder.Status.READY,
        "Статус: Готов.",
    ),
    ActionCase(
        "hand_over", "Выдать", "bar", "cashier", lambda rows: rows.preorder,
        "выдано.", status("preorder"), ConcessionPreorder.Status.COLLECTED,
        "Статус: Выдан.",
    ),
    # --- Customers
    ActionCase(
        "withdraw_consent", "Прекратить рассылку", "owner", "cinema_manager", lambda rows: rows.consent,
        "больше не получает", lambda rows: MarketingConsent.objects.filter(is_given=False, place="STAFF").count(), 1,
        "anna@example.org не получает новости и предложения.",
    ),
    # --- Overdue orders
    ActionCase(
        "extend", "Продлить срок оплаты", "floor_manager", "accountant", lambda rows: rows.overdue_order,
        "нужно оплатить до", status("overdue_order"), Order.Status.PENDING_PAYMENT,
        "этим уже занялся кто-то другой",
        lambda rows: {"Оплатить до": f"{rows.day - timedelta(days=1)}T18:00"},
    ),
    ActionCase(
        "take_payment", "Принять оплату", "floor_manager", "accountant", lambda rows: rows.overdue_order,
        "оплачен.", status("overdue_order"), Order.Status.PAID,
        "этим уже занялся кто-то другой",
        lambda _rows: {"Наличные": True},
    ),
    ActionCase(
        "remind", "Напомнить покупателю", "cashier", "accountant", lambda rows: rows.overdue_order,
        "Напоминание по заказу", lambda _rows: Notification.objects.filter(kind="ORDER_OVERDUE").count(), 2,
        "отправлено меньше часа назад",
    ),
    ActionCase(
        "cancel", "Отменить заказ", "cashier", "accountant", lambda rows: rows.overdue_order,
        "отменён.", status("overdue_order"), Order.Status.CANCELLED,
        "этим уже занялся кто-то другой",
        lambda _rows: {"Причина": "Отказались по телефону"},
    ),
    # --- Orders and tickets
    ActionCase(
        "refund_whole", "Вернуть весь заказ", "floor_manager", "cashier", lambda rows: rows.order,
        "оформлен возврат 846", status("order"), Order.Status.REFUNDED,
        "возвращать нечего",
        lambda _rows: {"Причина": "Зал закрыт"},
    ),
    ActionCase(
        "refund_lines", "Вернуть часть заказа", "floor_manager", "cashier", lambda rows: rows.order,
        "оформлен возврат 216", status("preorder"), ConcessionPreorder.Status.AVAILABLE,
        "Часть выбранного уже возвращена.",
        lambda _rows: {"Popcorn": True, "Причина": "Кончилась карамель"}, has_preview=True,
    ),
    ActionCase(
        "let_in", "Отметить проход", "usher", "cashier", lambda rows: rows.ticket,
        "Гость прошёл:", status("ticket"), Ticket.Status.USED,
        "По этому билету уже прошли",
    ),
    ActionCase(
        "override", "Пропустить вне времени сеанса", "floor_manager", "usher", lambda rows: rows.early_ticket,
        "Гость прошёл:", status("early_ticket"), Ticket.Status.USED,
        "По этому билету уже прошли",
        lambda _rows: {"Причина": "Пришли с ребёнком раньше"},
    ),
    ActionCase(
        "other_seats", "Другие места", "floor_manager", "cashier", lambda rows: rows.order,
        "теперь другие места", lambda rows: rows.refreshed(rows.ticket).seat.number, 10,
        "теперь другие места",
        lambda _rows: {"ряд 1, место 1": "ряд 2, место 10", "Причина": "Высокий сосед"},
    ),
    ActionCase(
        "exchange", "Обменять билеты", "floor_manager", "cashier", lambda rows: rows.order,
        "Обменяно на заказ", status("ticket"), Ticket.Status.AVAILABLE,
        "Часть выбранного уже возвращена.",
        lambda rows: {"ряд 1, место 1": True, "Новый сеанс": str(rows.session.pk), "Причина": "Не успели"},
        has_preview=True,
    ),
    ActionCase(
        "correct_address", "Исправить почту", "floor_manager", "cashier", lambda rows: rows.order,
        "отправлен на новый адрес", lambda rows: rows.refreshed(rows.order).email, "right@example.org",
        "отправлен на новый адрес",
        lambda _rows: {"Новая эл. почта": "right@example.org", "Причина": "Опечатка"},
    ),
    ActionCase(
        "undo", "Отменить проход", "floor_manager", "usher", lambda rows: rows.used_ticket,
        "проход отменён.", status("used_ticket"), Ticket.Status.PAID,
        "Отменить проход нельзя",
        lambda _rows: {"Причина": "Не тот билет"},
    ),
    # --- Money
    ActionCase(
        "ask", "Запросить статус", "cashier", "accountant", lambda rows: rows.pending_payment,
        "Статус платежа:", status("pending_payment"), Payment.Status.SUCCEEDED,
        "Статус платежа: Оплачен.",
    ),
    ActionCase(
        "clear_up", "Уточнить оплату", "floor_manager", "accountant", lambda rows: rows.uncertain_payment,
        "Платёж уточнён", status("uncertain_payment"), Payment.Status.SUCCEEDED,
        "ещё в обработке",
        lambda _rows: {"Деньги списаны": True},
    ),
    ActionCase(
        "pay_out", "Отметить выдачу", "floor_manager", "accountant", lambda rows: rows.cash_refund,
        "выдача отмечена.", status("cash_refund"), Refund.Status.SUCCEEDED,
        "Этот возврат уже выполнен, выдавать ничего не нужно.",
    ),
    ActionCase(
        "send_again", "Отправить ещё раз", "floor_manager", "accountant", lambda rows: rows.failed_refund,
        "в течение минуты.", status("failed_refund"), Refund.Status.REQUESTED,
        "статус уже «Ждёт отправки»",
    ),
    ActionCase(
        "correct", "Напечатать чеком коррекции", "floor_manager", "accountant", lambda rows: rows.failed_receipt,
        "будет отправлен в течение минуты.", status("failed_receipt"), Receipt.Status.QUEUED,
        "статус уже «Ждёт отправки»",
    ),
    # --- Price lists
    ActionCase(
        "publish", "Опубликовать прейскурант", "cinema_manager", "floor_manager", lambda rows: rows.draft_prices,
        "Опубликовано.", lambda rows: rows.refreshed(rows.session).ticket_price, 420,
        "уже опубликован",
    ),
    ActionCase(
        "apply_to_sold", "Применить к сеансам с проданными билетами", "cinema_manager", "floor_manager",
        lambda rows: rows.prices,
        "Новая цена у 1 сеанса", lambda rows: rows.refreshed(rows.session).ticket_price, 420,
        "Новые цены у 0 сеансов",
        lambda _rows: {"Причина": "Согласовано с прокатчиком"},
    ),
    ActionCase(
        "new_version", "Новая версия", "cinema_manager", "floor_manager", lambda rows: rows.prices,
        "Создана новая версия", lambda rows: PriceList.objects.filter(published_at=None).count(), 1,
        "уже есть прейскурант с этого дня",
    ),
    ActionCase(
        "freeze_price", "Заморозить цену", "cinema_manager", "floor_manager", lambda rows: rows.session,
        "цена заморожена.", lambda _rows: PriceFreeze.objects.filter(ended_at=None).count(), 1,
        "уже заморожена",
        lambda _rows: {"Причина": "Премьера"},
    ),
    ActionCase(
        "unfreeze_price", "Разморозить цену", "cinema_manager", "floor_manager", lambda rows: rows.frozen_session,
        "снова может меняться.", lambda _rows: PriceFreeze.objects.filter(ended_at=None).count(), 0,
        "не заморожена",
    ),
    # --- Sessions and halls
    ActionCase(
        "schedule", "Добавить сеанс", "cinema_manager", "floor_manager", lambda rows: rows.hall.cinema,
        "сеанс добавлен.", lambda rows: Session.objects.filter(film=rows.film).count(), 1,
        "зал занят",
        lambda rows: {
            "Фильм": str(rows.film), "Зал": str(rows.hall), "День": str(rows.day), "Время": "21:30",
            "Цена билета": "450",
        },
    ),
    ActionCase(
        "copy_day", "Скопировать день", "cinema_manager", "floor_manager", lambda rows: rows.session.hall.cinema,
        "Добавлен 1 сеанс.", days_of_sessions, [0, 1],
        "Добавлено 0 сеансов. Пропущен 1.",
        lambda rows: {"Скопировать день": str(rows.day), "На день": str(rows.day + timedelta(days=1))},
        has_preview=True,
    ),
    ActionCase(
        "copy_week", "Скопировать неделю", "cinema_manager", "floor_manager", lambda rows: rows.session.hall.cinema,
        "Добавлен 1 сеанс.", days_of_sessions, [0, 7],
        "Добавлено 0 сеансов. Пропущен 1.",
        lambda rows: {
            "Скопировать неделю, начиная с": str(rows.day), "На неделю, начиная с": str(rows.day + timedelta(days=7)),
        }, has_preview=True,
    ),
    ActionCase(
        "copy_to_plan", "Скопировать неделю в план", "cinema_manager", "floor_manager",
        lambda rows: rows.session.hall.cinema,
        "Добавлен 1 черновик.", lambda _rows: PlannedSession.objects.drafts().count(), 1,
        "Добавлено 0 черновиков. Пропущен 1:",
        lambda rows: {
            "Скопировать неделю с": str(rows.day), "В неделю с": str(rows.day + timedelta(days=7)),
        }, has_preview=True,
    ),
    ActionCase(
        "publish_week", "Опубликовать черновики недели", "cinema_manager", "floor_manager",
        lambda rows: rows.draft.hall.cinema,
        "Поступил в продажу 1 сеанс.", days_of_sessions, [0],
        "На этой неделе нет черновиков.",
        lambda rows: {"Неделя с": str(rows.day)}, has_preview=True,
    ),
    ActionCase(
        "take_back_week", "Отозвать сеансы без продаж", "cinema_manager", "cashier",
        lambda rows: rows.session.hall.cinema,
        "1 сеанс снова стал черновиком.", status("session"), Session.Status.CANCELLED,
        "Отзывать нечего",
        lambda rows: {"Неделя с": str(rows.day)}, has_preview=True,
    ),
    ActionCase(
        "take_back", "Вернуть в план недели", "cinema_manager", "cashier", lambda rows: rows.session,
        "снова черновик в плане недели.", status("session"), Session.Status.CANCELLED,
        "статус уже «Отменён»",
    ),
    ActionCase(
        "request_refunds", "Запросить согласование возвратов", "floor_manager", "cashier",
        lambda rows: rows.rejected_session,
        "отправлено на согласование", lambda _rows: Approval.objects.filter(service="orders.refund_session").count(), 1,
        "уже запросил согласование",
    ),
    ActionCase(
        "cancel", "Отменить сеанс", "floor_manager", "cashier", lambda rows: rows.session,
        "сеанс отменён.", status("session"), Session.Status.CANCELLED,
        "сеанс уже отменён.",
        lambda _rows: {"Причина": "Сломался проектор"},
    ),
    ActionCase(
        "cancel_day", "Отменить сеансы дня", "floor_manager", "cashier", lambda rows: rows.session.hall,
        "Отменён 1 сеанс.", status("session"), Session.Status.CANCELLED,
        "Нет сеансов, которые это изменило бы.",
        lambda rows: {"День": str(rows.day), "Причина": "Нет света"}, has_preview=True,
    ),
    ActionCase(
        "move", "Перенести сеанс", "floor_manager", "cashier", lambda rows: rows.session,
        "теперь в", lambda rows: rows.cinema.local(rows.refreshed(rows.session).start_datetime).hour, 20,
        "Нет сеансов, которые это изменило бы.",
        lambda rows: {"Начало": f"{rows.day}T20:00", "Причина": "Задержка плёнки"}, has_preview=True,
    ),
    ActionCase(
        "swap", "Поменяться залами", "floor_manager", "cashier", lambda rows: [rows.session, rows.other_session][0],
        "поменялись залами.", lambda rows: rows.refreshed(rows.session).hall == rows.other_session.hall, True,
        "Это уже не то, что вам показали",
        lambda rows: {"С сеансом": str(rows.other_session.pk), "Причина": "Звук"}, has_preview=True,
    ),
    ActionCase(
        "keep_seats", "Отложить места", "floor_manager", "cashier", lambda rows: rows.session,
        "отложено 2 места", lambda _rows: Ticket.objects.live().count(), 2,
        "Уже занято: ряд 1, место 4; ряд 1, место 5.",
        lambda _rows: {"Ряд": "1", "Места": "4-5", "Причина": "Режиссёр"}, has_preview=True,
    ),
    ActionCase(
        "release", "Вернуть места в продажу", "floor_manager", "cashier", lambda rows: rows.house_hold,
        "Снова в продаже: ряд 1, место 1; ряд 1, место 2.",
        lambda rows: rows.refreshed(rows.house_hold.order).status, Order.Status.CANCELLED,
        "Заказ",
    ),
    ActionCase(
        "open_to_public", "Открыть для всех", "floor_manager", "cashier", lambda rows: rows.private_session,
        "в продаже для всех", lambda rows: rows.refreshed(rows.private_session).is_private, False,
        "уже в продаже для всех",
    ),
    ActionCase(
        "book_group", "Забронировать для группы", "floor_manager", "cashier", lambda rows: rows.session,
        "забронировано 11 мест, номер",
        lambda _rows: Ticket.objects.live().count(), 11,
        "Свободных мест на этом сеансе: 9.", lambda rows: {
            "Контактное лицо": "Анна", "Число человек": "11", "Цена за человека": "200",
            "Одно бесплатное место на каждые": "10",
            "Бронь действует до": f"{rows.day - timedelta(days=1)}T12:00",
        }, has_preview=True,
    ),
    ActionCase(
        "pay_group", "Записать оплату", "floor_manager", "cashier", lambda rows: rows.group_booking,
        "оплачен: 600", lambda _rows: Ticket.objects.filter(status="PAID").count(), 3,
        "Выберите корректный вариант",
        lambda _rows: {"Число человек": "3", "Номер платежа": "117", "Дата банковского перевода": "2026-01-10"},
        has_preview=True,
    ),
    ActionCase(
        "headcount", "Изменить число человек", "floor_manager", "cashier", lambda rows: rows.group_booking,
        "Забронировано под номером", lambda rows: Ticket.objects.live().count(), 2,
        "Выберите корректный вариант", lambda _rows: {"Число человек": "2"}, has_preview=True,
    ),
    ActionCase(
        "another_screening", "Забронировать ещё сеанс", "floor_manager", "cashier", lambda rows: rows.group_booking,
        "Забронировано под номером", lambda rows: rows.group_booking.group_orders.count(), 2,
        "Забронировано под номером",
        lambda rows: {"Число человек": "2", "Бронь действует до": f"{rows.day - timedelta(days=1)}T12:00"},
        has_preview=True, leaves_the_row=True,
    ),
    ActionCase(
        "delay", "Начнётся позже", "floor_manager", "cashier", lambda rows: rows.session,
        "сеанс начнётся на 20 минут позже", lambda rows: Incident.objects.filter(kind="DELAYED").count(), 1,
        "Это уже не то, что вам показали",
        lambda _rows: {"На сколько минут позже": "20", "Причина": "Проектор"}, has_preview=True,
    ),
    ActionCase(
        "correct", "Исправить фильм или версию", "floor_manager", "cashier", lambda rows: rows.session,
        "исправлен, гостям сообщаем.", lambda rows: rows.refreshed(rows.session).format, "3D",
        "Нет сеансов, которые это изменило бы.",
        lambda _rows: {"Формат": "3D", "Причина": "Опечатка"}, has_preview=True,
    ),
    ActionCase(
        "change_price", "Изменить цену", "floor_manager", "cashier", lambda rows: rows.session,
        "теперь билет стоит", lambda rows: rows.refreshed(rows.session).ticket_price, Decimal("300.00"),
        "Нет сеансов, которые это изменило бы.",
        lambda _rows: {"Цена билета": "300", "Причина": "Без кондиционера"}, has_preview=True,
    ),
    ActionCase(
        "told_by_phone", "Сообщили по телефону", "floor_manager", "usher", lambda rows: rows.concerned_order,
        "гостю сообщили по телефону.", lambda rows: rows.refreshed(rows.concerned_order).phoned_at is None, False,
        "Кто-то уже сообщил этому гостю.",
    ),
    ActionCase(
        "build_hall", "Добавить зал", "cinema_manager", "floor_manager", lambda rows: rows.cinema,
        "Малый: зал добавлен.", lambda _rows: Seat.objects.filter(hall__name="Малый").count(), 7,
        "Зал «Малый» уже есть.",
        lambda _rows: {"Название зала": "Малый", "Ряды": "ss_vv\nll_w"}, has_preview=True,
    ),
    ActionCase(
        "redraw", "Изменить план", "cinema_manager", "floor_manager", lambda rows: rows.hall,
        "план изменён.", lambda rows: rows.refreshed(rows.hall).curve, 3,
        "план изменён.",
        lambda _rows: {"Изгиб рядов": "3"}, leaves_the_row=True, has_preview=True,
    ),
    ActionCase(
        "take_out", "Снять места с продажи", "floor_manager", "usher", lambda rows: rows.hall,
        "3 места сняты с продажи.", lambda rows: rows.hall.seats.filter(outages__isnull=False).count(), 3,
        "Уже сняты с продажи",
        lambda _rows: {"Ряд": "1", "Места": "4, 6-7", "Причина": "Течёт потолок"}, has_preview=True,
    ),
    ActionCase(
        "put_back", "Вернуть место в продажу", "floor_manager", "cashier", lambda rows: rows.outage,
        "снова в продаже.", lambda rows: rows.refreshed(rows.outage).until is not None, True,
        "уже снова в продаже.",
    ),
    # --- Business days
    ActionCase(
        "explain", "Объяснить расхождение", "accountant", "floor_manager", lambda rows: rows.difference,
        "Объяснение сохранено", lambda rows: rows.refreshed(rows.difference).note, "Платёж учтён дважды",
        "Открытого расхождения здесь нет",
        lambda _rows: {"Объяснение": "Платёж учтён дважды"},
    ),
    ActionCase(
        "clarify", "Отметить как выясненное", "accountant", "floor_manager", lambda rows: rows.payout_line,
        "Объяснение сохранено", lambda rows: rows.refreshed(rows.payout_line).note, "Платёж другого магазина",
        "Открытого расхождения здесь нет",
        lambda _rows: {"Объяснение": "Платёж другого магазина"},
    ),
    ActionCase(
        "export_addresses", "Выгрузить адреса", "owner", "cinema_manager", lambda rows: rows.segment,
        "Файл будет готов", lambda rows: ReportFile.objects.filter(report="segment").exists(), True,
        "Файл будет готов", leaves_the_row=True,
    ),
    ActionCase(
        "send_again", "Отправить ещё раз", "accountant", "floor_manager", lambda rows: rows.schedule,
        "1 отчёт будет отправлен ещё раз", lambda rows: rows.schedule.mailings.get().status, "WAITING",
        "Здесь нет неотправленных отчётов",
    ),
    # --- Film hire
    ActionCase(
        "send", "Отправить", "accountant", "cinema_manager", lambda rows: rows.statement,
        "Отправлено на 1 адрес.", lambda rows: rows.statement.dispatches.exists(), True,
        "Отправлено на 1 адрес.", leaves_the_row=True,
    ),
    ActionCase(
        "send", "Отправить ещё раз", "accountant", "cinema_manager", lambda rows: rows.gross,
        "Отправлено на 1 адрес.", lambda rows: rows.gross.dispatches.exists(), True,
        "Отправлено на 1 адрес.", leaves_the_row=True,
    ),
    ActionCase(
        "recount", "Пересчитать", "accountant", "cinema_manager", lambda rows: rows.statement,
        "пересчитано, версия 1.", lambda rows: rows.refreshed(rows.statement).hire, 700,
        "Ничего не изменилось",
    ),
    ActionCase(
        "try_terms", "Рассчитать по другим условиям", "accountant", "cinema_manager", lambda rows: rows.contract,
        "условия применены.", lambda rows: rows.refreshed(rows.contract).percents, "60, 55",
        "условия применены.",
        lambda _rows: {"Проценты по неделям": "60, 55"}, leaves_the_row=True, has_preview=True,
        last_button="Применить эти условия",
    ),
    # --- People and machines
    ActionCase(
        "revoke", "Отключить устройство", "floor_manager", "usher", lambda rows: rows.device,
        "» отключено.", lambda rows: rows.refreshed(rows.device).revoked_at is None, False,
        "отключено",
    ),
    ActionCase(
        "reset_second_factor", "Сбросить двухэтапный вход", "cinema_manager", "floor_manager",
        lambda rows: rows.enrolled_colleague,
        "двухэтапный вход сброшен", lambda rows: is_enrolled(rows.enrolled_colleague), False,
        "Двухэтапный вход не настроен",
        lambda _rows: {"Причина": "Потерян телефон"},
    ),
    ActionCase(
        "send_password_link", "Отправить ссылку для установки пароля", "cinema_manager", "floor_manager",
        lambda rows: rows.colleague,
        "Ссылка для установки пароля отправлена",
        lambda _rows: Notification.objects.filter(kind="STAFF_PASSWORD").count(), 1,
        "отправлена несколько минут назад",
    ),
    ActionCase(
        "approve", "Согласовать", "cinema_manager", "floor_manager", lambda rows: rows.approval,
        "списано 99, теперь в остатке 1.", stock("item"), 1,
        "статус уже «Согласовано»",
    ),
    ActionCase(
        "refuse", "Отклонить", "cinema_manager", "floor_manager", lambda rows: rows.approval,
        "запрос отклонён.", status("approval"), "REFUSED",
        "статус уже «Отклонено»",
        lambda _rows: {"Причина отказа": "Вода была чистая"},
    ),
    ActionCase(
        "erase", "Удалить персональные данные", "cinema_manager", "floor_manager", lambda rows: rows.cancelled_order,
        "персональные данные покупателя удалены.", lambda rows: rows.refreshed(rows.cancelled_order).email, "",
        "уже удалены",
    ),
    ActionCase(
        "make_codes", "Создать уникальные коды", "owner", "accountant", lambda rows: rows.promocode,
        "Создано 3 кода: «Рассылка».", lambda _rows: Promocode.objects.filter(max_uses=1).count(), 3,
        "", lambda _rows: {"Для чего": "Рассылка", "Число кодов": "3", "Начало кода": "spring"}, leaves_the_row=True,
    ),
    ActionCase(
        "export_codes", "Выгрузить коды", "owner", "accountant", lambda rows: rows.code_batch,
        "Скачать файл (CSV)", lambda rows: rows.refreshed(rows.code_batch).exported_at is not None, True,
        "Эти коды уже выгружены",
    ),
    ActionCase(
        "stop_codes", "Остановить коды", "owner", "accountant", lambda rows: rows.code_batch,
        "Остановлено 3 кода.", lambda _rows: Promocode.objects.filter(is_active=False).count(), 3,
        "Останавливать нечего",
    ),
    ActionCase(
        "adjust_points", "Начислить или списать баллы", "cinema_manager", "floor_manager",
        lambda rows: rows.bonus_account,
        "изменение +50, на счёте теперь 150.", lambda rows: rows.refreshed(rows.bonus_account).balance, 150,
        "подтвердите",
        lambda _rows: {"Баллы": "50", "Причина": "За испорченный вечер"},
    ),
    ActionCase(
        "retry_now", "Повторить сейчас", "cinema_manager", "floor_manager", lambda rows: rows.quarantined_row,
        "при следующем запуске задания.",
        lambda rows: rows.refreshed(rows.quarantined_row).next_attempt_at is not None, True,
        "при следующем запуске задания.",
    ),
]  # fmt: skip
