from django.urls import path

from demo import views

urlpatterns = [path("demo-bank/<slug:token>/", views.demo_bank, name="demo_bank")]
