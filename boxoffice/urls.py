from django.urls import path

from boxoffice.views import bar, cash, door, exchanges, gift_cards, home, offline, refunds, shifts, till

app_name = "boxoffice"

urlpatterns = [
    path("", home.home, name="home"),
    path("enrol/", home.enrol, name="enrol"),
    path("lock/", home.lock, name="lock"),
    path("till/", till.till, name="till"),
    path("till/orders/<int:key>/", till.order, name="order"),
    path("till/orders/<int:key>/print/", till.tickets, name="print_order"),
    path("till/orders/<int:key>/refund/", refunds.refund, name="refund"),
    path("till/orders/<int:key>/approve/", refunds.approve, name="approve"),
    path("till/orders/<int:key>/exchange/", exchanges.show, name="exchange"),
    path("till/orders/<int:key>/voucher/", refunds.give, name="give_voucher"),
    path("till/orders/<int:key>/gift-card/", gift_cards.pay, name="pay_gift_card"),
    path("till/gift-cards/", gift_cards.show, name="gift_cards"),
    path("till/gift-cards/sell/", gift_cards.sell, name="sell_gift_card"),
    path("till/gift-cards/take-back/", gift_cards.take_back, name="take_back_gift_card"),
    path("till/vouchers/<int:key>/", refunds.voucher, name="voucher"),
    path("till/refunds/<int:key>/pay-out/", refunds.pay_out, name="pay_out"),
    path("till/shift/", shifts.shift, name="shift"),
    path("till/shifts/<int:key>/count/", shifts.count, name="count"),
    path("till/shifts/<int:key>/", shifts.summary, name="summary"),
    path("cash/", cash.cash, name="cash"),
    path("door/", door.show, name="door"),
    path("door/scan/", door.scan, name="door_scan"),
    path("door/again/", door.again, name="door_again"),
    path("door/counts/", door.counts, name="door_counts"),
    path("door/log/", door.log, name="door_log"),
    path("door/list/", offline.evening, name="door_list"),
    path("door/list/print/", offline.printed, name="print_door"),
    path("door/upload/", offline.upload, name="door_upload"),
    path("door/conflicts/", offline.conflicts, name="door_conflicts"),
    path("door/sw.js", offline.worker, name="door_worker"),
    path("bar/", bar.show, name="bar"),
    path("bar/cards/", bar.cards, name="bar_cards"),
    path("bar/act/", bar.act, name="bar_act"),
    path("bar/sale/", bar.sale, name="bar_sale"),
    path("bar/items/<int:key>/", bar.item, name="bar_item"),
    path("bar/wall/", bar.wall, name="bar_wall"),
]
