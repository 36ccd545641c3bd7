from django.urls import path

from integrations import webhooks

urlpatterns = [path("webhooks/<str:gateway>/", webhooks.receive, name="webhook")]
