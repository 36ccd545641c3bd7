"""Store phone numbers in one international form."""

from django.db import migrations

import accounts.phones


def rewrite(apps, schema_editor):
    orders = apps.get_model("orders", "Order").objects.using(schema_editor.connection.alias)
    accounts.phones.rewrite_stored(orders.all(), "phone")


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_who_is_notified")]

    operations = [
        migrations.SeparateDatabaseAndState(  # the column is the same
            state_operations=[
                migrations.AlterField(
                    model_name="order",
                    name="phone",
                    field=accounts.phones.PhoneField(blank=True, max_length=32, verbose_name="phone"),
                ),
            ],
        ),
        migrations.RunPython(rewrite, migrations.RunPython.noop),
    ]
