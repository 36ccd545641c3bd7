"""Bring the phone numbers to which messages go to the form in which their orders store them."""

from django.db import migrations
from django.db.models import Q

from accounts.phones import stored_form

BATCH = 1000


def rewrite(apps, schema_editor):
    """A message whose occasion was also told to the same number in another spelling stays as it is: it is the second."""
    messages = apps.get_model("notifications", "Notification").objects.using(schema_editor.connection.alias)
    to_phones = messages.exclude(recipient__contains="@").order_by("pk").only("kind", "recipient", "occasion")
    last = 0
    while batch := list(to_phones.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        changed = {
            (each.kind, stored_form(each.recipient), each.occasion): each
            for each in reversed(batch)
            if stored_form(each.recipient) != each.recipient
        }
        told = Q(recipient__in={recipient for _kind, recipient, _occasion in changed})
        for key in messages.filter(told).values_list("kind", "recipient", "occasion"):
            changed.pop(key, None)
        for (_kind, recipient, _occasion), message in changed.items():
            message.recipient = recipient
        messages.bulk_update(changed.values(), ["recipient"])


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_no_secrets_in_sent_messages")]

    operations = [migrations.RunPython(rewrite, migrations.RunPython.noop)]
