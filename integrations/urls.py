from django.urls import path

from integrations import gateway_webhooks
from integrations.api.site import api

urlpatterns = [
    path("webhooks/<str:gateway>/", gateway_webhooks.receive, name="webhook"),
    path("api/", api.urls),
]
