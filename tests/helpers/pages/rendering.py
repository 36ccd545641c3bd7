"""Skips the rendering of templates, which is most of the time of a page, where a test does not look at the HTML."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.http import HttpResponseForbidden
from django.template.response import SimpleTemplateResponse
from unfold.sites import UnfoldAdminSite

import cinema.urls


def refused(_request: Any, exception: Exception) -> HttpResponseForbidden:
    return HttpResponseForbidden()


@contextmanager
def rendered_if(condition: bool) -> Iterator[None]:
    """Render template responses only if the condition holds. Views, their context and permissions are not affected.

    Neither the menu of the admin nor the page that says that something is not permitted is made then.
    """
    if condition:
        yield
        return
    with (
        patch.object(SimpleTemplateResponse, "rendered_content", ""),
        patch.object(UnfoldAdminSite, "get_sidebar_list", lambda _site, _request: []),
        patch.object(cinema.urls, "handler403", refused, create=True),
    ):
        yield
