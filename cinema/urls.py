from django.apps import apps
from django.contrib import admin
from django.urls import include, path

admin.autodiscover()

urlpatterns = [
    path("admin/", admin.site.urls),
    *([path("", include("demo.urls"))] if apps.is_installed("demo") else []),
    path("", include("integrations.urls")),
    path("boxoffice/", include("boxoffice.urls")),
    path("", include("storefront.urls")),
]
