"""Requests of partners are found by the digest of their Idempotency-Key: a partner chooses it, and may name people."""

import hashlib

from django.db import migrations


def keep_digests(apps, schema_editor):
    rows = apps.get_model("integrations", "ApiRequest").objects
    changed = []
    for row in rows.only("pk", "key").iterator(chunk_size=2000):
        row.key = hashlib.sha256(row.key.encode()).hexdigest()
        changed.append(row)
        if len(changed) == 2000:
            rows.bulk_update(changed, ["key"])
            changed = []
    rows.bulk_update(changed, ["key"])


class Migration(migrations.Migration):
    dependencies = [("integrations", "0007_asked_lookups")]
    operations = [migrations.RunPython(keep_digests, migrations.RunPython.noop)]
