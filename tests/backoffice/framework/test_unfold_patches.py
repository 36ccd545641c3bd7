"""Pages of the admin have the accessibility patches, and `manage.py check` reports a patch that no longer matches."""

import re
from dataclasses import replace

import pytest
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.forms import Select
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.template.loader import get_template
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertHTMLEqual

from backoffice.framework import unfold_patches
from backoffice.framework.unfold_patches import PATCHES, UNFOLD_TEMPLATES, check_patches, patched
from concessions.services import receive
from screenings.models import Film, Genre
from tests.helpers.factories import NOON, an_item
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


TEMPLATES = sorted({template for patch in PATCHES for template in patch.templates})


@pytest.fixture
def client() -> Client:
    return browser(someone(email="owner@example.org", is_superuser=True, all_cinemas=True))


@pytest.mark.parametrize("template", TEMPLATES)
def test_each_patched_template_is_loaded_with_its_patches(template: str) -> None:
    expected = patched((UNFOLD_TEMPLATES / template).read_text(), template)
    engine = get_default_renderer().engine if "/widgets/" in template else get_template(template).backend

    source = engine.get_template(template).template.source

    assert source == expected


def test_each_patch_matches_the_installed_unfold() -> None:
    assert check_patches() == []


def test_a_patch_that_no_longer_matches_is_an_error_of_the_system_check(monkeypatch: pytest.MonkeyPatch) -> None:
    outdated = replace(PATCHES[0], pattern=re.compile("of an older release"), replacement="")
    monkeypatch.setattr(unfold_patches, "PATCHES", [outdated])

    found = run_checks(tags=["templates"])

    assert [(each.id, each.is_serious()) for each in found] == [("backoffice.E001", True)] * 2
    assert "unfold/helpers/navigation_header.html of django-unfold 0 times, not 1" in found[0].msg
    assert outdated.name in found[0].msg
    with pytest.raises(SystemCheckError, match=r"backoffice\.E001"):
        call_command("check")


def test_a_patched_template_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = replace(PATCHES[0], templates={"unfold/helpers/moved.html": 1})
    monkeypatch.setattr(unfold_patches, "PATCHES", [moved])

    assert [each.id for each in check_patches()] == ["backoffice.E001"]


@pytest.mark.parametrize("template", ["unfold/helpers/header_title.html", "auth/widgets/read_only_password_hash.html"])
def test_an_overridden_template_still_exists_in_unfold(template: str) -> None:
    assert (UNFOLD_TEMPLATES / template).is_file()


def test_styles_and_scripts_of_the_admin_are_found(client: Client) -> None:
    html = client.get(reverse("admin:index")).text

    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', html)

    assert {"backoffice/admin.css", "backoffice/admin.js"} <= {*linked}
    assert [path for path in linked if not finders.find(path)] == []


def test_a_phone_hides_the_parents_of_a_page_in_its_header(client: Client) -> None:
    html = client.get(reverse("admin:screenings_film_add")).text

    assert len(re.findall(r'<a href="[^"]*" class="breadcrumb-parent ', html)) >= 1


def test_a_password_is_shown_as_set_without_its_hash(client: Client) -> None:
    colleague = someone("cashier", email="cashier@example.org")

    html = client.get(reverse("admin:accounts_user_change", args=[colleague.pk])).text

    assert "Is set" in html
    assert colleague.password not in html


@pytest.mark.parametrize("page", ["index", "orders_order_changelist", "screenings_film_add", "login"])
def test_icons_are_hidden_from_screen_readers_and_the_menu_is_opened_by_a_button(client: Client, page: str) -> None:
    html = (Client() if page == "login" else client).get(reverse(f"admin:{page}")).text

    icons = re.findall(r"<span [^<>]*material-symbols[^<>]*>", html)
    buttons = [icon for icon in icons if "aria-hidden" not in icon]
    assert icons
    assert html.count('role="main"') == 1
    assert [icon for icon in buttons if 'role="button" tabindex="0"' not in icon] == []
    assert [icon for icon in buttons if 'aria-label="Toggle navigation"' not in icon] == []
    assert len(buttons) == (0 if page == "login" else 3)


@pytest.mark.parametrize("page", ["index", "orders_order_changelist", "screenings_film_add"])
def test_pages_do_not_load_scripts_that_they_do_not_use(client: Client, page: str) -> None:
    html = client.get(reverse(f"admin:{page}")).text

    assert "unfold/js/app.js" in html
    assert re.findall(r"chart\.js|xregexp|urlify|prepopulate\.js", html) == []


def test_a_browser_caches_the_translations_of_scripts_per_person_and_language(client: Client) -> None:
    response = client.get(reverse("admin:jsi18n"))

    assert response.headers["Cache-Control"] == "private, max-age=3600"
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response.headers["Vary"].split(",")}


def test_an_unknown_address_of_the_admin_shows_the_admins_own_not_found_page(client: Client) -> None:
    answer = client.get(reverse("admin:index") + "nothing/is/here/")

    assert answer.status_code == 404
    assert f'href="{reverse("admin:index")}">Needs attention</a>' in answer.text
    assert "tickets" not in answer.text.partition('id="content"')[2]


def test_a_list_shows_its_number_of_rows_and_no_link_to_show_all(client: Client) -> None:
    an_item(stock=10)

    html = client.get(reverse("admin:concessions_concessionitem_changelist")).text

    assert "Total: 1" in html
    assert "Show all" not in html


def test_the_next_page_of_inline_rows_is_a_link(client: Client) -> None:
    item = an_item(stock=1)
    for quantity in range(2, 20):
        receive(item, quantity=quantity, at=NOON)
    page = reverse("admin:concessions_concessionitem_change", args=[item.pk])

    first = client.get(page)
    [next_page] = re.findall(r'<a class="cursor-pointer" href="([^"]*)"', first.text)
    second = client.get(page + next_page)

    shown = [len(each.context_data["inline_admin_formsets"][0].formset.forms) for each in (first, second)]
    assert shown == [12, 7]


def test_deleting_a_genre_does_not_list_its_links_to_films(client: Client) -> None:
    genre = Genre.objects.create(name="Noir")
    Film.objects.create(title="Mirror", duration_minutes=107).genres.add(genre)

    asked = client.get(reverse("admin:screenings_genre_delete", args=[genre.pk]))

    assert asked.context_data["deleted_objects"] == ["Noir"]
    assert [*asked.context_data["model_count"]] == [("genres", 1)]


def test_the_delete_button_says_delete(client: Client) -> None:
    genre = Genre.objects.create(name="Drama")

    html = client.get(reverse("admin:screenings_genre_change", args=[genre.pk])).text

    assert re.findall(r">\s*(Delete[^<]*?)\s*<", html) == ["Delete"]


def test_a_select_is_what_django_makes_of_it():
    choices = [("", "All"), (7, "Tom & Jerry"), ("Film", [("film:7", "<One>"), ("film:8", "Two")])]
    select = Select(attrs={"class": "wide", "required": True, "hidden": False}, choices=choices)

    ours, theirs = (
        select.render("film", "film:8", renderer=each) for each in (get_default_renderer(), DjangoTemplates())
    )

    assertHTMLEqual(ours, theirs)
