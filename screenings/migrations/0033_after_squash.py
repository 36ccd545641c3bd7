"""Changes nothing: this app's next migration counts on from here, since the squashed one is in `backoffice`."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("screenings", "0032_map_pictures")]
    operations = []
