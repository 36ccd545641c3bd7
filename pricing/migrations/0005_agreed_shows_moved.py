"""Gives the model of agreed numbers of showings away, to `film_hire`; its tables stay as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("pricing", "0004_agreed_shows")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="HistoricalAgreedShows"),
                migrations.DeleteModel(name="AgreedShows"),
            ]
        )
    ]
