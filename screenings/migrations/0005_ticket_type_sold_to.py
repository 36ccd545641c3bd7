from django.db import migrations, models


def keep_free_tickets_at_the_till(apps, schema_editor):
    """What costs nothing was never meant for everybody's own choice."""
    apps.get_model("screenings", "TicketType").objects.filter(price_percent=0).update(sold_to="TILL")


class Migration(migrations.Migration):

    dependencies = [
        ("screenings", "0004_history"),
    ]

    operations = [
        migrations.AddField(
            model_name="tickettype",
            name="sold_to",
            field=models.CharField(
                choices=[
                    ("ANYBODY", "Anybody"),
                    ("COMPANION", "Companions of wheelchair users"),
                    ("TILL", "Nobody online: at the till only"),
                ],
                default="ANYBODY",
                max_length=16,
                verbose_name="sold online to",
            ),
        ),
        migrations.AddField(
            model_name="historicaltickettype",
            name="sold_to",
            field=models.CharField(
                choices=[
                    ("ANYBODY", "Anybody"),
                    ("COMPANION", "Companions of wheelchair users"),
                    ("TILL", "Nobody online: at the till only"),
                ],
                default="ANYBODY",
                max_length=16,
                verbose_name="sold online to",
            ),
        ),
        migrations.RunPython(keep_free_tickets_at_the_till, migrations.RunPython.noop),
    ]
