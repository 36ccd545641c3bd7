"""Store phone numbers in one international form."""

from django.db import migrations

import accounts.phones


def rewrite(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    accounts.phones.rewrite_stored(users.all(), "phone")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_account_changes")]

    operations = [
        migrations.SeparateDatabaseAndState(  # the column is the same
            state_operations=[
                migrations.AlterField(
                    model_name="user",
                    name="phone",
                    field=accounts.phones.PhoneField(blank=True, max_length=32, verbose_name="phone"),
                ),
            ],
        ),
        migrations.RunPython(rewrite, migrations.RunPython.noop),
    ]
