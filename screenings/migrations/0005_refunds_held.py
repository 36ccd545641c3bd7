from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('screenings', '0004_year_of_films'),
    ]

    operations = [
        migrations.AddField(
            model_name='session',
            name='refunds_held',
            field=models.BooleanField(default=False, help_text='Customers of this cancelled screening are refunded once a second person has approved it.', verbose_name='refunds await approval'),
        ),
    ]
