from importlib import import_module

from django.apps import apps
from django.contrib import admin
from django.core.checks import run_checks
from simple_history.models import HistoricalChanges

HASHES = {"accounts.Attempt", "orders.OnlineHold"}  # nobody can read who is behind them
OURS = {"accounts", "bonuses", "concessions", "jobs", "notifications", "orders", "payments", "screenings"}


def test_no_check_complains_once_the_admin_pages_are_loaded():
    import_module("cinema.urls")  # it alone loads them, so `manage.py check` knows nothing of the admin's own checks

    assert run_checks() == []


def test_every_model_has_its_admin_page():
    import_module("cinema.urls")

    models = {model for model in apps.get_models() if model._meta.app_label in OURS}
    shown = {model for model in models if not issubclass(model, HistoricalChanges)}  # those stand on their row's page

    assert {model._meta.label for model in shown if not admin.site.is_registered(model)} == HASHES
