"""A form saves what its user has changed, and does not silently overwrite changes of services or colleagues."""

from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

import cinema.urls  # noqa: F401 - it loads the pages
from accounts.models import User
from backoffice.framework.edit_conflicts import ConflictCheckingForm, TrackedBoundField
from concessions.models import ConcessionItem
from orders.models import Promocode
from screenings.models import Cinema, Film, Genre
from tests.helpers import factories
from tests.helpers.fakes.newsletter_partner import a_list
from tests.helpers.pages.page_forms import forms_on
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db


@pytest.fixture
def item() -> ConcessionItem:
    return factories.an_item(stock=7)


@pytest.fixture
def chain() -> Client:
    return browser(someone("owner", email="owner@example.org", is_superuser=True, all_cinemas=True))


def manager(cinema: Cinema, name: str = "anna") -> Client:
    person = someone("cinema_manager", cinema, email=f"{name}@example.org")
    person.first_name = name.capitalize()
    person.save()
    return browser(person)


def page_of(row: Model, page: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}", args=[row.pk])


def opened(client: Client, row: Model) -> Any:
    """The row's form with the data that a browser sends if nothing is entered."""
    [form] = [each for each in forms_on(client.get(page_of(row)).text) if "_selected_action" not in each.fields]
    return form


def form_shown_again(answer: Any) -> Any:
    return next(each for each in forms_on(answer.text) if "csrfmiddlewaretoken" in each.fields)


def errors(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors) if answer.status_code == 200 else {}


def test_a_sale_during_an_edit_of_the_price_is_kept(monkeypatch, item):
    client = browser(someone("cinema_manager", item.cinema))
    save = ConcessionItem.save

    def save_after_sale(self, *args, **kwargs):
        ConcessionItem.objects.filter(pk=self.pk).update(stock_quantity=3)
        save(self, *args, **kwargs)

    monkeypatch.setattr(ConcessionItem, "save", save_after_sale)
    data = {"name": item.name, "price": "150", "max_stock_quantity": 100, "low_stock_percent": 20, "is_active": "on"}
    client.post(page_of(item), {**data, "movements-TOTAL_FORMS": 0, "movements-INITIAL_FORMS": 0})

    item.refresh_from_db()
    assert (item.price, item.stock_quantity) == (150, 3)


def test_a_conflicting_edit_is_refused_once_with_the_current_value_and_its_author(item):
    anna, boris = manager(item.cinema, "anna"), manager(item.cinema, "boris")
    form, name = opened(boris, item), item.name
    anna.post(page_of(item), opened(anna, item).left_alone(price="150"))

    answer = boris.post(page_of(item), form.left_alone(price="170", name="Popcorn, large"))

    item.refresh_from_db()
    assert (item.price, item.name) == (150, name)
    assert errors(answer) == {"price": ["Anna has changed this to “150.00”. Save again to keep your value."]}
    assert form_shown_again(answer).left_alone()["price"] == ["170"]
    assert form_shown_again(answer).left_alone()["name"] == ["Popcorn, large"]


def test_saving_again_after_the_refusal_overwrites(item):
    anna, boris = manager(item.cinema, "anna"), manager(item.cinema, "boris")
    form = opened(boris, item)
    anna.post(page_of(item), opened(anna, item).left_alone(price="150"))
    answer = boris.post(page_of(item), form.left_alone(price="170"))

    answer = boris.post(page_of(item), form_shown_again(answer).left_alone())

    item.refresh_from_db()
    assert (answer.status_code, item.price) == (302, 170)


def test_edits_of_different_fields_are_both_saved(item):
    anna, boris = manager(item.cinema, "anna"), manager(item.cinema, "boris")
    form = opened(boris, item)
    anna.post(page_of(item), opened(anna, item).left_alone(price="150"))

    boris.post(page_of(item), form.left_alone(name="Popcorn, large"))

    item.refresh_from_db()
    assert (item.price, item.name) == (150, "Popcorn, large")


def test_edits_to_the_same_value_are_no_conflict(item):
    anna, boris = manager(item.cinema, "anna"), manager(item.cinema, "boris")
    form = opened(boris, item)
    anna.post(page_of(item), opened(anna, item).left_alone(price="150"))

    answer = boris.post(page_of(item), form.left_alone(price="150.00"))

    assert answer.status_code == 302


def test_related_rows_that_a_colleague_chose_are_kept(chain):
    drama, film = Genre.objects.create(name="Drama"), Film.objects.create(title="Mirror", duration_minutes=107)
    form = opened(chain, film)
    film.genres.add(drama)

    chain.post(page_of(film), form.left_alone(title="The Mirror"))

    film.refresh_from_db()
    assert (film.title, [*film.genres.all()]) == ("The Mirror", [drama])


def test_a_conflict_of_related_rows_names_the_current_ones(chain):
    drama, war = Genre.objects.create(name="Drama"), Genre.objects.create(name="War")
    film = Film.objects.create(title="Mirror", duration_minutes=107)
    form = opened(chain, film)
    film.genres.add(drama)

    answer = chain.post(page_of(film), form.left_alone(genres=str(war.pk)))

    assert errors(answer) == {"genres": ["Someone else has changed this to “Drama”. Save again to keep your value."]}
    assert [*film.genres.all()] == [drama]


def test_datetimes_and_checkboxes_are_compared_too(chain):
    code = factories.a_promocode(valid_until=factories.NOON)
    form = opened(chain, code)
    later = factories.NOON + timedelta(days=30)
    Promocode.objects.filter(pk=code.pk).update(valid_until=later, is_active=False)

    answer = chain.post(page_of(code), form.left_alone(valid_until_0="2027-01-01", max_uses="7"))

    code.refresh_from_db()
    assert [*errors(answer)] == ["valid_until"]
    assert (code.valid_until, code.max_uses) == (later, 100)
    assert (
        "is_active" not in form_shown_again(answer).left_alone()
        or form_shown_again(answer).left_alone()["is_active"] == []
    )


def test_without_the_check_the_last_save_would_win(monkeypatch, item):
    anna, boris = manager(item.cinema, "anna"), manager(item.cinema, "boris")
    form = opened(boris, item)
    anna.post(page_of(item), opened(anna, item).left_alone(price="150"))
    monkeypatch.setattr(TrackedBoundField, "has_conflict", False)

    boris.post(page_of(item), form.left_alone(price="170"))

    item.refresh_from_db()
    assert item.price == 170


def test_the_password_hash_is_not_sent_as_an_initial_value(chain):
    colleague = someone("cashier", email="cashier@example.org")

    page = chain.get(page_of(colleague)).text

    assert colleague.password not in page
    assert "initial-password" not in page


def test_a_stored_secret_is_in_no_page_and_stays_if_none_is_entered(chain):
    marketing_list = a_list("MAILCHIMP", secret="0a1b2c3d-us21")

    form = opened(chain, marketing_list)
    page, history = (chain.get(page_of(marketing_list, each)).text for each in ("change", "history"))
    chain.post(page_of(marketing_list), form.left_alone(name="Renamed"))

    marketing_list.refresh_from_db()
    assert "0a1b2c3d" not in page + history
    assert (marketing_list.name, marketing_list.secret) == ("Renamed", "0a1b2c3d-us21")


def test_no_field_with_a_password_widget_sends_its_initial_value():
    class SecretForm(ConflictCheckingForm):
        class Meta:
            model = Genre
            fields = ["name"]
            widgets = {"name": forms.PasswordInput}

    genre = Genre.objects.create(name="Drama")

    assert "Drama" not in SecretForm(instance=genre).as_p()


def test_every_form_of_a_row_checks_for_conflicts(rf: RequestFactory):
    request = rf.get("/")
    request.user = User(is_superuser=True, is_active=True, all_cinemas=True)

    changed = [page for page in admin.site._registry.values() if page.has_change_permission(request)]

    assert len(changed) > 5
    assert [page for page in changed if not issubclass(page.form, ConflictCheckingForm)] == []


def test_deleting_a_deleted_row_shows_the_not_found_page(chain):
    genre = Genre.objects.create(name="Drama")
    chain.post(page_of(genre, "delete"), {"post": "yes"})

    answer = chain.post(page_of(genre, "delete"), {"post": "yes"})

    assert answer.status_code == 404
    assert "This page was not found" in answer.text


def test_selected_rows_that_no_longer_exist_are_counted_in_a_message(chain):
    genre = Genre.objects.create(name="Drama")
    genres, ticked = reverse("admin:screenings_genre_changelist"), genre.pk
    genre.delete()

    answer = chain.post(genres, {"action": "delete_selected", "_selected_action": [ticked], "post": "yes"}, follow=True)

    assert "1 row has left this list" in answer.text


def test_a_rows_page_names_the_time_zone_of_its_times(chain):
    cinema = factories.a_cinema(time_zone="Asia/Yekaterinburg")
    item, code = factories.an_item(cinema), factories.a_promocode()
    ConcessionItem.objects.filter(pk=item.pk).update(low_alerted_at=factories.NOON)

    assert "17:00 UTC+5" in manager(cinema).get(page_of(item)).text
    assert "Time zone: Asia/Yekaterinburg." in chain.get(page_of(code)).text
