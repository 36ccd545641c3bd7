"""Store phone numbers in one form again, now that dashes, digits and invisible characters of all kinds are understood."""

from django.db import migrations

from accounts.phones import rewrite_stored


def rewrite(apps, schema_editor):
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    rewrite_stored(users.all(), "phone")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_second_factor")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
