from django.db import migrations, models
import uuid


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0004_gateways'),
    ]

    operations = [
        migrations.AlterField(
            model_name='payment',
            name='uid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='Its name at the gateway, and the key that makes a repeated request the same one.', unique=True),
        ),
        migrations.AlterField(
            model_name='refund',
            name='uid',
            field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='Its name at the gateway, and the key that makes a repeated request the same one.', unique=True),
        ),
    ]
