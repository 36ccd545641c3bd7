"""The admin's outer surface: what bookmarks, roles and scripts rely on, wherever a page's code is.

`admin_surface.json` lists the URL names, the registered models, the permissions and the menu. A change of it is a
change for users: edit the file on purpose, and tell of it in the changelog.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver
from django.utils.module_loading import import_string

from accounts.models import User

SURFACE: dict[str, list[str]] = json.loads((Path(__file__).parent / "admin_surface.json").read_text())


def url_names() -> list[str]:
    _prefix, resolver = get_resolver().namespace_dict["admin"]
    patterns = [resolver]
    names: set[str] = set()
    while patterns:
        each: Any = patterns.pop()
        if isinstance(each, URLPattern):
            names |= {each.name} - {None}
        else:
            patterns += each.url_patterns
    return sorted(names)


def registered_models() -> list[str]:
    get_resolver()._populate()  # the URL configuration loads the pages
    return sorted(model._meta.label for model in admin.site._registry)


def permissions() -> list[str]:
    ours = [model for model in apps.get_models() if model.__module__.partition(".")[0] in {"django", *own_apps()}]
    names = set()
    for meta in (model._meta for model in ours):
        names |= {f"{meta.app_label}.{get_permission_codename(verb, meta)}" for verb in meta.default_permissions}
        names |= {f"{meta.app_label}.{codename}" for codename, _name in meta.permissions}
    return sorted(names)


def own_apps() -> set[str]:
    return {each.name for each in apps.get_app_configs() if Path(each.path).parent == settings.BASE_DIR}


def menu() -> list[str]:
    request = RequestFactory().get("/admin/")
    request.user = User(is_active=True, is_superuser=True, all_cinemas=True)
    groups = import_string(settings.UNFOLD["SIDEBAR"]["navigation"])(request)
    return [f"{number} {item['link']}" for number, group in enumerate(groups) for item in group["items"]]


@pytest.mark.parametrize("part", [url_names, registered_models, permissions, menu])
def test_the_admin_offers_what_it_always_offered(part):
    assert part() == SURFACE[part.__name__]
