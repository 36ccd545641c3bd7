import cinema.money
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('orders', '0018_price_quotes'), ('orders', '0019_report_indexes')]

    dependencies = [
        ('accounts', '__first__'),
        ('orders', '0017_claimed_orders'),
        ('screenings', '0014_price_quotes'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='base_price',
            field=cinema.money.MoneyField(editable=False, null=True, verbose_name='base price'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='percent',
            field=models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='percentage of the price'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='price_quote',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.pricequote', verbose_name='price quote'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='surcharge',
            field=cinema.money.MoneyField(editable=False, null=True, verbose_name='surcharge'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('base_price__gte', Decimal('0.00')), ('base_price__lte', Decimal('99999999.99'))), name='ticket_base_price_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='ticket_percent_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('surcharge__gte', Decimal('0.00')), ('surcharge__lte', Decimal('99999999.99'))), name='ticket_surcharge_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('base_price__isnull', True), ('percent__isnull', True), ('surcharge__isnull', True)), models.Q(('base_price__isnull', False), ('percent__isnull', False), ('surcharge__isnull', False)), _connector='OR'), name='ticket_price_parts_complete'),
        ),
        migrations.AddIndex(
            model_name='orderevent',
            index=models.Index(condition=models.Q(('actor__isnull', False)), fields=['at'], name='event_of_person'),
        ),
        migrations.AddIndex(
            model_name='scan',
            index=models.Index(condition=models.Q(('override', ''), _negated=True), fields=['at'], name='scan_overridden'),
        ),
    ]
