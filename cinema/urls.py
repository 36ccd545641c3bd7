from django.apps import apps
from django.contrib import admin
from django.urls import include, path

from jobs.views import healthz

admin.autodiscover()

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    *([path("", include("demo.urls"))] if apps.is_installed("demo") else []),
    path("", include("integrations.urls")),
    path("", include("storefront.urls")),
]
