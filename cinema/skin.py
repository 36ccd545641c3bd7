"""The admin's skin as its makers wrote it, mended where it kept people out who do not see the page or use no mouse.

    "loaders": [..., "cinema.skin.Loader"]  # of pages
    FORM_RENDERER = "cinema.skin.Renderer"  # of the fields of their forms

Its templates are mended as they are read, once a process: to keep copies of sixty of them for an attribute each would
leave us behind at the next release. What scripts make in the page is mended there: `static/admin.js`.
"""

import re
from pathlib import Path
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.loaders import app_directories
from django.utils.functional import cached_property

MENDS: list[tuple[re.Pattern[str], str]] = [
    (  # what opens and closes the menu is a picture that only a mouse finds
        re.compile(r'<span (class="material-symbols[^"]*") x-on:click="([^"]*sidebar[^"]*)">'),
        r'<span role="button" tabindex="0" aria-label="{% load i18n %}{% trans "Toggle navigation" %}" \1'
        r' x-on:click="\2" x-on:keydown.enter="\2">',
    ),
    (  # a picture is a word in a font of its own, such as arrow_back: no word of any language to who hears the page
        re.compile(r'<span (?!role=)(?=[^<>]*class="[^"<>]*material-symbols)(?![^<>]*aria-hidden)'),
        '<span aria-hidden="true" ',
    ),
    (  # where the page itself begins, beside the menu
        re.compile(r'<div id="main" |<div id="page" (?=class="bg-white)'),
        r'\g<0>role="main" ',
    ),
    (  # a picture alone, that leads to the first page
        re.compile(r'(<a|}a) href="{% url "admin:index" %}"({% endif %})? (?=class="bg-primary)'),
        r'\g<0>{% if not site_dropdown %}aria-label="{% trans "Home" %}" {% endif %}',
    ),
    (re.compile(r'id="searchbar-submit"'), r'\g<0> aria-label="{% trans "Search" %}"'),
    # a library of charts, which every page loads and none draws
    (re.compile(r"<script src=\"{% static 'unfold/js/chart/chart.js' %}\"></script>"), ""),
]


class Loader(app_directories.Loader):
    def get_contents(self, origin: Any) -> str:
        text = super().get_contents(origin)
        if "unfold" in origin.name:
            for wrong, right in MENDS:
                text = wrong.sub(right, text)
        return text


class Renderer(DjangoTemplates):
    """As Django's own, whose templates come first, but through the loader above."""

    @cached_property
    def engine(self) -> Any:
        loaders = ["django.template.loaders.filesystem.Loader", "cinema.skin.Loader"]
        return self.backend(
            {
                "APP_DIRS": False,
                "DIRS": [Path(forms.__file__).parent / "templates"],
                "NAME": "djangoforms",
                "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", loaders)]},
            }
        )
