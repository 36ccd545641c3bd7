import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0020_gift_card_reasons"), ("reports", "0019_offered_languages")]

    operations = [
        migrations.AddField(
            model_name="payoutline",
            name="gift_card",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="payments.giftcardmovement",
                verbose_name="gift card",
            ),
        ),
    ]
