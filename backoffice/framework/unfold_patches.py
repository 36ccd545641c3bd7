"""Accessibility patches for django-unfold's templates: keyboard and screen-reader support.

Also fixes English-only plurals, and layouts that overflow on phones.

    "loaders": [..., "backoffice.framework.unfold_patches.Loader"]  # templates of pages
    FORM_RENDERER = "backoffice.framework.unfold_patches.Renderer"  # templates of form widgets

A patch replaces a few attributes of a long template as it is loaded, once per process; a copy of the whole template
would miss the changes of later releases. Short templates are overridden instead: a file of the same name in
`templates/`. Elements that unfold's scripts create are fixed in `static/backoffice/admin.js`.

`manage.py check` reports each patch that no longer matches (`backoffice.E001`). Run it after an upgrade of unfold and
before the web process starts; `migrate` and `runserver` run it too. A site that runs already is not stopped: a page
without its patch looks as unfold wrote it, and jobs skip system checks.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import unfold
from django import forms
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.forms.renderers import DjangoTemplates
from django.template.loaders import app_directories
from django.utils.functional import cached_property

UNFOLD_TEMPLATES = Path(unfold.__file__).parent / "templates"


@dataclass(frozen=True)
class Patch:
    """A replacement in unfold's templates, as `re.sub` makes it."""

    name: str
    pattern: re.Pattern[str]
    replacement: str
    templates: Mapping[str, int]  # the templates that it must match, and how many times
    other_templates: bool = field(default=False, kw_only=True)  # whether to apply it to every other template as well

    def apply(self, text: str, template: str) -> tuple[str, int]:
        """The patched text of the template, and the number of replacements."""
        if template in self.templates or self.other_templates:
            return self.pattern.subn(self.replacement, text)
        return text, 0


def button_attributes(on_press: str) -> str:
    """HTML attributes that make an element with a click handler a button, focusable and pressed by Enter or Space."""
    return f'role="button" tabindex="0" x-on:keydown.enter.prevent="{on_press}" x-on:keydown.space.prevent="{on_press}"'


# Alpine expressions that move the focus to the first control of what has just opened.
FOCUS_FILTERS = "$nextTick(() => document.querySelector('#changelist-filter :is(a, input, select)').focus())"
FOCUS_RELATED = "$nextTick(() => document.querySelector('nav#related-widget-wrapper-{{ name }} a[href]')?.focus())"

PATCHES = [
    Patch(
        "the icons that open and close the menu are buttons",
        re.compile(r'<span (class="material-symbols[^"]*") x-on:click="([^"]*sidebar[^"]*)">'),
        "<span "
        + button_attributes(r"\2")
        + r' aria-label="{% load i18n %}{% trans "Toggle navigation" %}" \1 x-on:click="\2">',
        {"unfold/helpers/navigation_header.html": 1, "unfold/helpers/welcomemsg.html": 2},
    ),
    Patch(
        "the titles of collapsible menu groups are buttons",
        re.compile(r"(?<=>)(\s*){{ group\.title }}"),
        r"\1<span {% if group.collapsible %}"
        + button_attributes("navigationOpen = !navigationOpen")
        + r' x-bind:aria-expanded="navigationOpen"{% endif %}>{{ group.title }}</span>',
        {"unfold/helpers/app_list.html": 1},
    ),
    Patch(
        "the user menu is opened by a button, which comes before the menu in the tab order",
        re.compile(
            r'(<div class="[^"]*" x-data="{ openUserLinks: false }")>(\s*<nav .*?</nav>\s*)'
            r'(<div class="[^"]*") (x-on:click="openUserLinks = !openUserLinks".*</div>)(?=\s*</div>\s*$)',
            re.DOTALL,
        ),
        r'\1 x-on:keydown.escape="openUserLinks = false">\3 '
        + button_attributes("openUserLinks = !openUserLinks")
        + r' x-bind:aria-expanded="openUserLinks" \4\2',
        {"unfold/helpers/navigation_user.html": 1},
    ),
    Patch(
        "the themes are toggle buttons",
        re.compile(r"<a ([^>]*x-on:click=\"switchTheme\('(\w+)'\)\"[^>]*)>(.*?)</a>", re.DOTALL),
        r"""<button type="button" x-bind:aria-pressed="adminTheme == '\2'" \1>\3</button>""",
        {"unfold/helpers/theme_switch.html": 3},
    ),
    Patch(
        "the filters of a list are opened by a button, and get the focus",
        re.compile(r'<a (?=class="{% if cl\.has_active_filters %}[^>]*x-on:click="filterOpen = true")'),
        f"<a {button_attributes(f'filterOpen = true; {FOCUS_FILTERS}')} ",
        {"admin/change_list.html": 1},
    ),
    Patch(
        "the cinema of a list is chosen above it",
        re.compile(r"{% block date_hierarchy %}"),
        r'{% include "backoffice/framework/cinema_switch.html" %}\g<0>',
        {"admin/change_list.html": 1},
    ),
    Patch(
        "the menu of a related row in a form is opened by a button, and gets the focus",
        re.compile(r'(x-on:click="(openRelatedWidgetWrapper = !openRelatedWidgetWrapper)")>'),
        r"\1 "
        + button_attributes(rf"\2; {FOCUS_RELATED}")
        + r' x-bind:aria-expanded="openRelatedWidgetWrapper" aria-label="{% trans "More actions" %}: {{ model }}">',
        {"unfold/widgets/related_widget_wrapper.html": 1},
    ),
    Patch(
        "the three dots that open the actions on a phone have a name",
        re.compile(r'{% component "unfold/components/button.html" with (?=href="#" [^%]*showActions)'),
        r'{% load i18n %}{% translate "Actions" as actions_title %}\g<0>title=actions_title ',
        {"unfold/helpers/tab_actions.html": 1},
    ),
    Patch(
        # An icon is a word in a font of its own, such as arrow_back, which a screen reader would read out.
        "icons are hidden from screen readers",
        re.compile(r'<span (?!role=)(?=[^<>]*class="[^"<>]*material-symbols)(?![^<>]*aria-hidden)'),
        '<span aria-hidden="true" ',
        {
            "admin/change_list.html": 1,
            "admin/login.html": 1,
            "unfold/helpers/app_list.html": 2,
            "unfold/helpers/navigation_user.html": 1,
            "unfold/helpers/site_icon.html": 1,
            "unfold/helpers/theme_switch.html": 3,
            "unfold/widgets/related_widget_wrapper.html": 5,
        },
        other_templates=True,
    ),
    Patch(
        "the content of a page is its main landmark",
        re.compile(r'<div id="main" |<div id="page" (?=class="bg-white)'),
        r'\g<0>role="main" ',
        {
            "admin/base.html": 1,
            "registration/logged_out.html": 1,
            "unfold/layouts/base_simple.html": 1,
            "unfold/layouts/unauthenticated.html": 1,
        },
    ),
    Patch(
        "the logo, an icon that links to the first page, has a name",
        re.compile(r'(<a|}a) href="{% url "admin:index" %}"({% endif %})? (?=class="bg-primary)'),
        r'\g<0>{% if not site_dropdown %}aria-label="{% trans "Home" %}" {% endif %}',
        {"unfold/helpers/site_icon.html": 1},
    ),
    Patch(
        # SimpleBar makes a landmark of what it scrolls, with an English name unless it is told another.
        "scrollable areas have a translated name",
        re.compile(r"data-simplebar(?=[ >])"),
        r'\g<0> data-simplebar-aria-label="{% load i18n %}{% translate "Scroll for more" %}"',
        {"admin/change_list_results.html": 1, "unfold/helpers/app_list.html": 1},
        other_templates=True,
    ),
    Patch(
        # "26 orders" takes a noun that many languages decline in more than two ways.
        "the number of rows is shown without a noun",
        re.compile(
            r"{{ (cl\.result_count|page_obj\.paginator\.count) }}\s*{% if [^%]* == 1 %}.*?{% endif %}", re.DOTALL
        ),
        r"{% load i18n %}{% if cl.paginator.has_more %}"
        r"{% blocktranslate with count=\1 %}More than {{ count }}{% endblocktranslate %}"
        r"{% else %}{% blocktranslate with count=\1 %}Total: {{ count }}{% endblocktranslate %}{% endif %}",
        {"unfold/helpers/pagination_default.html": 1, "unfold/helpers/pagination_inline.html": 1},
    ),
    Patch(
        "rows of other pages are selected only where the number of all is known",
        re.compile(r"{% if cl\.result_count != cl\.result_list\|length %}"),
        "{% if cl.result_count != cl.result_list|length and not cl.paginator.has_more %}",
        {"admin/actions.html": 1},
    ),
    Patch(
        # The links have `hx-get` alone, which neither Enter nor a browser without scripts follows.
        "the pages of inline rows are links",
        re.compile(r'<a class="cursor-pointer"(?=\s+hx-get="(\?[^"]*)")'),
        r'\g<0> href="\1"',
        {"unfold/helpers/pagination_inline.html": 1},
    ),
    Patch(
        "“Show all” is hidden unless the list is searched or filtered",
        re.compile(r"{% if cl and cl\.full_result_count != cl\.result_count and [^%]*%}"),
        "{% if cl.query or cl.has_active_filters %}",
        {"unfold/helpers/welcomemsg.html": 1},
    ),
    Patch(
        "the labels of inline cells begin with a capital letter",
        re.compile(r'data-label="{{ field\.field\.label }}"'),
        'data-label="{{ field.field.label|capfirst }}"',
        {"unfold/helpers/edit_inline/tabular_group.html": 1},
    ),
    Patch(
        "the search button has a name",
        re.compile(r'id="searchbar-submit"'),
        r'\g<0> aria-label="{% trans "Search" %}"',
        {"admin/search_form.html": 1},
    ),
    Patch(
        # The noun would need another case in most languages; the page's heading names the row.
        "the delete button says “Delete” without a noun",
        re.compile(r'({% trans "Delete" %}) {{ opts.verbose_name }}'),
        r"\1",
        {"admin/submit_line.html": 1},
    ),
    Patch(
        # Text needs none, and static/backoffice/icons.woff2 has the few icons in use: 23 KB instead of 640.
        "fonts are the system's, and icons those in use",
        re.compile(r"<link href=\"{% static \"unfold/fonts/[a-z-]+/styles\.css\" %}\" rel=\"stylesheet\">"),
        "",
        {"unfold/layouts/skeleton.html": 2},
    ),
    Patch(
        # 200 KB on every page, and no page of ours draws a chart.
        "the chart library is not loaded",
        re.compile(r"<script src=\"{% static 'unfold/js/chart/chart.js' %}\"></script>"),
        "",
        {"unfold/layouts/skeleton.html": 1},
    ),
    Patch(
        # It is repeated for each of a hundred entries: 47 of the 153 KB of an order's page.
        "the menu is not indented",
        re.compile(r"\n\s+"),
        "\n",
        {"unfold/helpers/app_list.html": 46},
    ),
    # The Content-Security-Policy allows no styles in a page but those that bear the nonce of the response.
    Patch(
        "styles in a page bear the nonce",
        re.compile(r"<style(?=[ >])"),
        r'<style nonce="{{ request.csp_nonce }}"',
        {"unfold/layouts/skeleton.html": 1, "admin/change_list.html": 1},
    ),
    Patch(
        "htmx adds no styles",
        re.compile(r"<script src=\"{% static 'unfold/js/htmx/htmx.js' %}\"></script>"),
        r"""<meta name="htmx-config" content='{"includeIndicatorStyles": false}'>\g<0>""",
        {"unfold/layouts/skeleton.html": 1},
    ),
    Patch(
        "the width of the bar of actions is set as a property",
        re.compile(r"""x-bind:style="'width: ' \+ changeListWidth \+ 'px'\""""),
        """x-bind:style="{ width: changeListWidth + 'px' }\"""",
        {"admin/actions.html": 1},
    ),
]


def patched(text: str, template: str) -> str:
    """The text of one of unfold's templates with every patch that applies to it, in their order."""
    for patch in PATCHES:
        text, _count = patch.apply(text, template)
    return text


def check_patches(**_kwargs: Any) -> list[CheckMessage]:
    """An error for each patch and template where the number of matches is not the expected one."""
    errors: list[CheckMessage] = []
    for template in sorted({template for patch in PATCHES for template in patch.templates}):
        path = UNFOLD_TEMPLATES / template
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        for patch in PATCHES:
            text, count = patch.apply(text, template)
            expected = patch.templates.get(template, count)
            if count != expected:
                errors.append(
                    Error(
                        f"The patch “{patch.name}” matches {template} of django-unfold {count} times, not {expected}.",
                        hint="Compare the template with backoffice/framework/unfold_patches.py and correct the patch.",
                        obj=patch.name,
                        id="backoffice.E001",
                    )
                )
    return errors


class Loader(app_directories.Loader):
    """Django's loader of the apps' templates, with the patches applied to unfold's."""

    def get_contents(self, origin: Any) -> str:
        text = super().get_contents(origin)
        return patched(text, origin.template_name) if UNFOLD_TEMPLATES in Path(origin.name).parents else text


class Renderer(DjangoTemplates):
    """Django's renderer of form widgets, with the project's own templates first and the loader above last."""

    @cached_property
    def engine(self) -> Any:
        loaders = ["django.template.loaders.filesystem.Loader", "backoffice.framework.unfold_patches.Loader"]
        return self.backend(
            {
                "APP_DIRS": False,
                "DIRS": [settings.BASE_DIR / "templates", Path(forms.__file__).parent / "templates"],
                "NAME": "djangoforms",
                "OPTIONS": {"loaders": [("django.template.loaders.cached.Loader", loaders)]},
            }
        )
