"""The site of the admin: unfold's, without the work for what is drawn nowhere."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from unfold.sites import UnfoldAdminSite


class Site(UnfoldAdminSite):
    empty_value_display = "–"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Made when somebody looks at it: every page is given it, and the menu is our own (`cinema.unfold.menu`)."""
        make = super().get_app_list
        return SimpleLazyObject(lambda: make(request, app_label))
