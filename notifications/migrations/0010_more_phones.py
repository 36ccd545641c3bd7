"""Bring phone numbers to one form again, as the migrations of orders and users do."""

from importlib import import_module

from django.db import migrations

rewrite = import_module("notifications.migrations.0005_phones").rewrite


class Migration(migrations.Migration):
    dependencies = [("notifications", "0009_staff_account")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
