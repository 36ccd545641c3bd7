"""Give messages about orders the cinema of their order, so that its staff see them, and others do not."""

from django.db import migrations


def set_cinemas(apps, schema_editor):
    alias = schema_editor.connection.alias
    messages = apps.get_model("notifications", "Notification").objects.using(alias)
    orders = apps.get_model("orders", "Order").objects.using(alias)
    batch = []

    def store():
        cinemas = dict(
            orders.filter(number__in=[message.context["number"] for message in batch]).values_list("number", "cinema")
        )
        for message in batch:
            message.cinema_id = cinemas.get(message.context["number"])
        messages.bulk_update(batch, ["cinema"])
        batch.clear()

    for message in messages.filter(cinema=None).only("context").iterator(chunk_size=1000):
        if "number" in message.context:
            batch.append(message)
        if len(batch) == 1000:
            store()
    store()


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_labels"), ("notifications", "0004_no_secrets_in_sent_messages")]

    operations = [migrations.RunPython(set_cinemas, migrations.RunPython.noop)]
