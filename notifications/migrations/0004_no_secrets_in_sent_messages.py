"""Remove links and codes from messages that are sent or out of date, as the sender does from now on."""

from django.db import migrations

SECRETS = {"link", "codes", "pickup_code"}


def remove_secrets(apps, schema_editor):
    messages = apps.get_model("notifications", "Notification").objects.using(schema_editor.connection.alias)
    batch = []
    for message in messages.filter(status__in=["SENT", "OUTDATED"]).only("context").iterator(chunk_size=1000):
        if SECRETS & message.context.keys():
            message.context = {name: value for name, value in message.context.items() if name not in SECRETS}
            batch.append(message)
        if len(batch) == 1000:
            messages.bulk_update(batch, ["context"])
            batch = []
    messages.bulk_update(batch, ["context"])


class Migration(migrations.Migration):
    dependencies = [("notifications", "0003_message_cinema")]

    operations = [migrations.RunPython(remove_secrets, migrations.RunPython.noop)]
