from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0020_shared_drawers'),
    ]

    operations = [
        migrations.AddField(
            model_name='marketingconsent',
            name='purpose',
            field=models.CharField(choices=[('NEWS', 'News and offers')], default='NEWS', max_length=16, verbose_name='purpose'),
        ),
    ]
