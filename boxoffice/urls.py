from django.urls import path

from boxoffice.views import bar, door, home

app_name = "boxoffice"

urlpatterns = [
    path("", home.home, name="home"),
    path("enrol/", home.enrol, name="enrol"),
    path("lock/", home.lock, name="lock"),
    path("door/", door.show, name="door"),
    path("door/scan/", door.scan, name="door_scan"),
    path("door/again/", door.again, name="door_again"),
    path("door/counts/", door.counts, name="door_counts"),
    path("bar/", bar.show, name="bar"),
    path("bar/cards/", bar.cards, name="bar_cards"),
    path("bar/act/", bar.act, name="bar_act"),
    path("bar/sale/", bar.sale, name="bar_sale"),
    path("bar/wall/", bar.wall, name="bar_wall"),
]
