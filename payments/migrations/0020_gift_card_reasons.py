from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0019_exchanges")]

    operations = [
        migrations.AddField(
            model_name="giftcardmovement",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=250, verbose_name="reason"),
            preserve_default=False,
        ),
    ]
