"""Adopt the model OnlineHold from `storefront`, with its table and its rows as they are; no data is copied."""

import django.db.models.deletion
from django.db import migrations, models


def to_orders(apps, schema_editor):
    _relabel(apps, schema_editor, 'storefront', 'orders')


def to_storefront(apps, schema_editor):
    _relabel(apps, schema_editor, 'orders', 'storefront')


def _relabel(apps, schema_editor, old, new):
    """The content type follows the model; a new database has none so far."""
    types = apps.get_model('contenttypes', 'ContentType').objects.using(schema_editor.connection.alias)
    if not types.filter(app_label=new, model='onlinehold').exists():
        types.filter(app_label=old, model='onlinehold').update(app_label=new)


class Migration(migrations.Migration):

    dependencies = [
        ('orders', '0002_initial'),
        ('storefront', '0002_online_hold_to_orders'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='OnlineHold',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('visitor', models.CharField(max_length=40)),
                        ('person', models.CharField(max_length=40)),
                        ('address', models.CharField(max_length=40)),
                        ('since', models.DateTimeField()),
                        ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='online_hold', to='orders.order', verbose_name='order')),
                    ],
                    options={
                        'verbose_name': 'online hold',
                        'verbose_name_plural': 'online holds',
                        'db_table': 'storefront_onlinehold',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['visitor'], name='hold_of_visitor'), models.Index(fields=['person'], name='hold_of_person'), models.Index(fields=['address'], name='hold_of_address')],
                    },
                ),
            ],
        ),
        migrations.RunPython(to_orders, to_storefront),
    ]
