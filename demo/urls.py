from django.urls import path

from payments import views

urlpatterns = [path("demo-bank/<slug:token>/", views.demo_bank, name="demo_bank")]
