from typing import Any

from django.db import migrations, models


def mark_ended(apps: Any, _schema_editor: Any) -> None:
    """Quotes that gave a session its ticket price again say so in their inputs."""
    apps.get_model("screenings", "PriceQuote").objects.filter(inputs__config__enabled=False).update(is_adaptive=False)


class Migration(migrations.Migration):

    dependencies = [
        ('screenings', '0017_film_facts'),
    ]

    operations = [
        migrations.AddField(
            model_name='pricequote',
            name='is_adaptive',
            field=models.BooleanField(default=True, verbose_name='adaptive'),
        ),
        migrations.RunPython(mark_ended, migrations.RunPython.noop),
    ]
