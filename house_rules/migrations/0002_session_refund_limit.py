import cinema.money
import django.core.validators
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


def limit_of_settings(apps, schema_editor):
    """A chain that has stored its rules gets the limit of the settings, not none."""
    limit = settings.APPROVAL_LIMITS.get("orders.refund_session")
    apps.get_model("house_rules", "HouseRules").objects.update(session_refund_limit=limit)


class Migration(migrations.Migration):

    dependencies = [
        ('house_rules', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='historicalhouserules',
            name='session_refund_limit',
            field=cinema.money.MoneyField(blank=True, help_text='Per person and day. Sales stop and customers are told at once; only the money waits. Leave empty for no limit.', null=True, verbose_name='refunds of cancelled screenings need approval above'),
        ),
        migrations.AddField(
            model_name='houserules',
            name='session_refund_limit',
            field=cinema.money.MoneyField(blank=True, help_text='Per person and day. Sales stop and customers are told at once; only the money waits. Leave empty for no limit.', null=True, verbose_name='refunds of cancelled screenings need approval above'),
        ),
        migrations.RunPython(limit_of_settings, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='historicalhouserules',
            name='points_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000000)], verbose_name='point adjustments need approval above'),
        ),
        migrations.AlterField(
            model_name='historicalhouserules',
            name='refund_limit',
            field=cinema.money.MoneyField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, verbose_name='refunds need approval above'),
        ),
        migrations.AlterField(
            model_name='historicalhouserules',
            name='write_off_limit',
            field=cinema.money.MoneyField(blank=True, help_text='At the selling price, per person and day. Leave empty for no limit.', null=True, verbose_name='write-offs need approval above'),
        ),
        migrations.AlterField(
            model_name='houserules',
            name='points_limit',
            field=models.PositiveIntegerField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000000)], verbose_name='point adjustments need approval above'),
        ),
        migrations.AlterField(
            model_name='houserules',
            name='refund_limit',
            field=cinema.money.MoneyField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, verbose_name='refunds need approval above'),
        ),
        migrations.AlterField(
            model_name='houserules',
            name='write_off_limit',
            field=cinema.money.MoneyField(blank=True, help_text='At the selling price, per person and day. Leave empty for no limit.', null=True, verbose_name='write-offs need approval above'),
        ),
        migrations.AddConstraint(
            model_name='houserules',
            constraint=models.CheckConstraint(condition=models.Q(('session_refund_limit__gte', Decimal('0.00')), ('session_refund_limit__lte', Decimal('99999999.99'))), name='house_rules_session_refund_limit', violation_error_message='This value is out of bounds.'),
        ),
    ]
