"""Changes nothing: this app's next migration counts on from here, since the squashed one is in `backoffice`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("storefront", "0002_online_hold_to_orders")]
    operations = []
