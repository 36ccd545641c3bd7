"""The model moves to `orders`, which adopts the table: see orders/migrations/0003_online_hold.py."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('storefront', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name='OnlineHold')]),
    ]
