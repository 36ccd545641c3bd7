from django.urls import path

from boxoffice.views import door, home

app_name = "boxoffice"

urlpatterns = [
    path("", home.home, name="home"),
    path("enrol/", home.enrol, name="enrol"),
    path("lock/", home.lock, name="lock"),
    path("door/", door.show, name="door"),
    path("door/scan/", door.scan, name="door_scan"),
    path("door/again/", door.again, name="door_again"),
    path("door/counts/", door.counts, name="door_counts"),
]
