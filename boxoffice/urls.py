from django.urls import path

from boxoffice.views import home

app_name = "boxoffice"

urlpatterns = [
    path("", home.home, name="home"),
    path("enrol/", home.enrol, name="enrol"),
    path("lock/", home.lock, name="lock"),
]
