"""The admin's skin as its makers wrote it, mended where it kept people out who do not see the page or use no mouse.

    "loaders": [..., "backoffice.framework.unfold_patches.Loader"]  # of pages
    FORM_RENDERER = "backoffice.framework.unfold_patches.Renderer"  # of the fields of their forms

Its templates are mended as they are read, once a process: to keep copies of sixty of them for an attribute each would
leave us behind at the next release. What scripts make in the page is mended there: `static/backoffice/admin.js`.

Mended as well is what no language but English counts so, and what is too wide for a phone.
"""

import re
from pathlib import Path
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.template.loaders import app_directories
from django.utils.functional import cached_property


def by_key(does: str) -> str:
    """What makes of any element that does something at a click a button that the keyboard finds and presses."""
    return rf'role="button" tabindex="0" x-on:keydown.enter.prevent="{does}" x-on:keydown.space.prevent="{does}"'


#: Where the filters, or what may be done with a related row, have opened: on to the first of them.
INTO_FILTERS = "$nextTick(() => document.querySelector('#changelist-filter :is(a, input, select)').focus())"
INTO_RELATED = "$nextTick(() => document.querySelector('nav#related-widget-wrapper-{{ name }} a[href]')?.focus())"

PATCHES: list[tuple[re.Pattern[str], str]] = [
    (  # what opens and closes the menu is a picture that only a mouse finds
        re.compile(r'<span (class="material-symbols[^"]*") x-on:click="([^"]*sidebar[^"]*)">'),
        "<span " + by_key(r"\2") + r' aria-label="{% load i18n %}{% trans "Toggle navigation" %}" \1 x-on:click="\2">',
    ),
    (  # groups of the menu that fold away
        re.compile(r"(?<=>)(\s*){{ group\.title }}"),
        r"\1<span {% if group.collapsible %}"
        + by_key("navigationOpen = !navigationOpen")
        + r' x-bind:aria-expanded="navigationOpen"{% endif %}>{{ group.title }}</span>',
    ),
    (  # what leads to the theme, the password and out: first the button, then what it opens, as one gets there by key
        re.compile(
            r'(<div class="[^"]*" x-data="{ openUserLinks: false }")>(\s*<nav .*?</nav>\s*)'
            r'(<div class="[^"]*") (x-on:click="openUserLinks = !openUserLinks".*</div>)(?=\s*</div>\s*$)',
            re.DOTALL,
        ),
        r'\1 x-on:keydown.escape="openUserLinks = false">\3 '
        + by_key("openUserLinks = !openUserLinks")
        + r' x-bind:aria-expanded="openUserLinks" \4\2',
    ),
    (
        re.compile(r"<a ([^>]*x-on:click=\"switchTheme\('(\w+)'\)\"[^>]*)>(.*?)</a>", re.DOTALL),
        r"""<button type="button" x-bind:aria-pressed="adminTheme == '\2'" \1>\3</button>""",
    ),
    (
        re.compile(r'<a (?=class="{% if cl\.has_active_filters %}[^>]*x-on:click="filterOpen = true")'),
        f"<a {by_key(f'filterOpen = true; {INTO_FILTERS}')} ",
    ),
    (  # what may be done with the related row that is chosen in a form
        re.compile(r'(x-on:click="(openRelatedWidgetWrapper = !openRelatedWidgetWrapper)")>'),
        r"\1 "
        + by_key(rf"\2; {INTO_RELATED}")
        + r' x-bind:aria-expanded="openRelatedWidgetWrapper" aria-label="{% trans "More actions" %}">',
    ),
    (  # what opens the actions on a phone is three dots
        re.compile(r'{% component "unfold/components/button.html" with (?=href="#" [^%]*showActions)'),
        r'{% load i18n %}{% translate "Actions" as actions_title %}\g<0>title=actions_title ',
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
    (  # what scrolls is a landmark, which its script calls so in English
        re.compile(r"data-simplebar(?=[ >])"),
        r'\g<0> data-simplebar-aria-label="{% load i18n %}{% translate "Scroll for more" %}"',
    ),
    (  # "26 orders" is said of a name that has more than one plural
        re.compile(
            r"{{ (cl\.result_count|page_obj\.paginator\.count) }}\s*{% if [^%]* == 1 %}.*?{% endif %}", re.DOTALL
        ),
        r"{% load i18n %}{% blocktranslate with count=\1 %}Total: {{ count }}{% endblocktranslate %}",
    ),
    (  # further rows beneath a page, fetched at a click: where they are for who presses Enter, or has no scripts
        re.compile(r'<a class="cursor-pointer"(?=\s+hx-get="(\?[^"]*)")'),
        r'\g<0> href="\1"',
    ),
    (  # to show all is no answer to who has looked for nothing
        re.compile(r"{% if cl and cl\.full_result_count != cl\.result_count and [^%]*%}"),
        "{% if cl.query or cl.has_active_filters %}",
    ),
    (  # what a phone has no room for: the way to the page, beside its name
        re.compile(r'(?<=class=")(?=align-middle inline-block leading-5 min-w-0)'),
        "{% if not forloop.last %}on-the-way {% endif %}",
    ),
    (re.compile(r'(?<=class=")(?=material-symbols-outlined inline-block align-middle leading-5)'), "on-the-way "),
    (re.compile(r'data-label="{{ field\.field\.label }}"'), 'data-label="{{ field.field.label|capfirst }}"'),
    (  # nobody gives a password by its algorithm, salt and hash
        re.compile(r"{% for entry in summary %}\s*<strong.*?{% endfor %}", re.DOTALL),
        r'{% load i18n %}{% translate "Is set" %}',
    ),
    (re.compile(r'id="searchbar-submit"'), r'\g<0> aria-label="{% trans "Search" %}"'),
    # of what is deleted, which stands above: no language but English puts a noun there as it is
    (re.compile(r'({% trans "Delete" %}) {{ opts.verbose_name }}'), r"\1"),
    # a library of charts, which every page loads and none draws
    (re.compile(r"<script src=\"{% static 'unfold/js/chart/chart.js' %}\"></script>"), ""),
]


class Loader(app_directories.Loader):
    def get_contents(self, origin: Any) -> str:
        text = super().get_contents(origin)
        if "unfold" in origin.name:
            for wrong, right in PATCHES:
                text = wrong.sub(right, text)
        return text


class Renderer(DjangoTemplates):
    """As Django's own, whose templates come first, but through the loader above."""

    @cached_property
    def engine(self) -> Any:
        loaders = ["django.template.loaders.filesystem.Loader", "backoffice.framework.unfold_patches.Loader"]
        return self.backend(
            {
                "APP_DIRS": False,
                "DIRS": [Path(forms.__file__).parent / "templates"],
                "NAME": "djangoforms",
                "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", loaders)]},
            }
        )
