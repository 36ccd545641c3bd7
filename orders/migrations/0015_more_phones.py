"""Store phone numbers in one form again, now that dashes, digits and invisible characters of all kinds are understood."""

from django.db import migrations

from accounts.phones import rewrite_stored


def rewrite(apps, schema_editor):
    orders = apps.get_model("orders", "Order").objects.using(schema_editor.connection.alias)
    rewrite_stored(orders.all(), "phone")


class Migration(migrations.Migration):
    dependencies = [("orders", "0014_reissued_tickets")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
