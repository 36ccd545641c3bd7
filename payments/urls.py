from django.urls import path

from payments import views

urlpatterns = [path("demo-bank/<str:token>/", views.demo_bank, name="demo_bank")]
