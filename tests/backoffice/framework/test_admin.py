from importlib import import_module

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.checks import run_checks
from django.test import RequestFactory
from simple_history.models import HistoricalChanges

from tests.helpers.users import someone

WITHOUT_PAGE = {
    "accounts.AccountChange",  # the history on the user's page tells the same
    "accounts.Attempt",  # holds hashes only, as the next but one
    "accounts.RecoveryCode",  # hashes, and of interest to their owner only: the page of two-step sign-in counts them
    "accounts.LimitUse",  # the amounts are listed among refunds, points and movements
    "notifications.SmsDelivery",  # how many arrived is on the page Connections
    "notifications.SmsDay",  # what SMS cost a day: on the page Connections
    "notifications.ChosenPhone",  # the customer sees and ends it
    "notifications.TelegramChat",  # the customer sees and ends it
    "concessions.ItemPart",  # on the page of the item that is made of it
    "orders.OnlineHold",
    "orders.OrderChange",  # in the timeline of its order
    "accounts.Pin",  # a hash, set by its owner only
    "payments.CashMovement",  # the till shows shifts with their movements, and the places of cash
    "payments.CashPlace",
    "payments.GiftCardMovement",  # on the page of its card
    "payments.GiftCardReplacement",  # likewise
    "payments.Handover",  # listed at the till until it is confirmed
    "payments.Shift",
    "screenings.FilmCertificate",  # on the page of its film
    "screenings.FilmPicture",  # the same
    "screenings.RowSurcharge",  # on the page of its price row
    "screenings.TicketTypeTerm",  # the same
}
OWN_APPS = {"accounts", "bonuses", "cinema", "concessions", "jobs", "notifications", "orders", "payments", "screenings"}


def test_system_checks_pass_with_the_pages_loaded():
    import_module("cinema.urls")  # only it loads the pages, so that `manage.py check` runs no checks of them

    assert run_checks() == []


def test_every_model_has_an_admin_page():
    import_module("cinema.urls")

    models = {model for model in apps.get_models() if model._meta.app_label in OWN_APPS}
    shown = {model for model in models if not issubclass(model, HistoricalChanges)}  # shown on the row's page

    assert {model._meta.label for model in shown if not admin.site.is_registered(model)} == WITHOUT_PAGE


def test_what_is_a_pair_of_a_colour_and_a_word_stands_in_lists_only():
    """A row's page would show both, as Python writes them; `status_badge` is for both."""
    import_module("cinema.urls")

    pairs = {
        f"{model._meta.label}.{name}"
        for model, page in admin.site._registry.items()
        for name in page.readonly_fields
        if isinstance(name, str) and getattr(getattr(page, name, None), "label", None)
    }

    assert pairs == set()


@pytest.mark.django_db
def test_every_text_that_a_page_takes_has_to_be_visible():
    import_module("cinema.urls")
    request = RequestFactory().get("/admin/")
    request.user = someone(is_superuser=True, all_cinemas=True)

    plain = {
        f"{model._meta.label}.{name}"
        for model, page in admin.site._registry.items()
        if model._meta.app_label in OWN_APPS and page.has_change_permission(request)
        for name, field in page.get_form(request).base_fields.items()
        if type(field) is forms.CharField
    }

    assert plain == set()
