import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('storefront', '0001_initial'), ('storefront', '0002_online_hold_to_orders')]

    initial = True

    dependencies = [
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='OnlineHold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='online_hold', to='orders.order', verbose_name='order')),
                ('visitor', models.CharField(max_length=40)),
                ('person', models.CharField(max_length=40)),
                ('address', models.CharField(max_length=40)),
                ('since', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'online hold',
                'verbose_name_plural': 'online holds',
                'default_permissions': (),
                'indexes': [models.Index(fields=['visitor'], name='hold_of_visitor'), models.Index(fields=['person'], name='hold_of_person'), models.Index(fields=['address'], name='hold_of_address')],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name='OnlineHold',
                ),
            ],
        ),
    ]
