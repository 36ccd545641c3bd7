"""Counts the weekdays of promo codes from 0, Monday, to 6, as those of price lists, instead of from 1 to 7."""

import django.core.validators
from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Replace

DIGITS = range(1, 8)


def _shift(apps, pairs):
    """Replace digits in an order in which no replaced digit is replaced again."""
    shifted = F('weekdays')
    for old, new in pairs:
        shifted = Replace(shifted, Value(str(old)), Value(str(new)))
    for name in ('Promocode', 'HistoricalPromocode'):
        apps.get_model('orders', name).objects.exclude(weekdays='').update(weekdays=shifted)


def from_zero(apps, schema_editor):
    _shift(apps, [(digit, digit - 1) for digit in DIGITS])


def from_one(apps, schema_editor):
    _shift(apps, [(digit - 1, digit) for digit in reversed(DIGITS)])


def _weekdays():
    return models.CharField(blank=True, db_default='', default='', max_length=7, validators=[django.core.validators.RegexValidator('\\A[0-6]*\\Z')], verbose_name='only on these days')


class Migration(migrations.Migration):
    dependencies = [
        ('orders', '0031_fewer_indexes'),
    ]

    operations = [
        migrations.AlterField(model_name='historicalpromocode', name='weekdays', field=_weekdays()),
        migrations.AlterField(model_name='promocode', name='weekdays', field=_weekdays()),
        migrations.RunPython(from_zero, from_one),
    ]
