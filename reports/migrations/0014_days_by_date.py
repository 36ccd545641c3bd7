from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reports', '0013_indistinct_lines'),
        ('screenings', '0020_planned_sessions'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='businessday',
            index=models.Index(fields=['date'], name='business_day_by_date'),
        ),
    ]
