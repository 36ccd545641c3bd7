from django.contrib import admin
from django.urls import include, path

from jobs.views import healthz

admin.autodiscover()

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", healthz),
    path("", include("payments.urls")),
    path("", include("integrations.urls")),
    path("", include("storefront.urls")),
]
