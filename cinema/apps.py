from django.contrib.admin.apps import SimpleAdminConfig


class Admin(SimpleAdminConfig):
    """No autodiscover: it would load every admin page into every job's start. `cinema.urls` does it for the web."""

    default_site = "cinema.site.Site"
