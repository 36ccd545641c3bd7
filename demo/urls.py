from django.urls import path

from demo import receiver, views

urlpatterns = [
    path("demo-bank/<slug:token>/", views.demo_bank, name="demo_bank"),
    path("webhooks/demo-receiver/", receiver.demo_receiver, name="demo_receiver"),
]
