import accounts.migrations._together
import cinema.money
import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('concessions', '0002_labels'), ('concessions', '0003_permission_labels'), ('concessions', '0004_costs'), ('concessions', '0005_report_indexes'), ('concessions', '0006_expected_use')]

    dependencies = [
        ('accounts', '__first__'),
        ('concessions', '0001_initial'),
        ('screenings', '0011_business_day_of_cinemas'),
        ('screenings', '0013_legal_entities'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.AlterModelOptions(
                    name='lowstockitem',
                    options={'default_permissions': ('view',), 'verbose_name': 'low stock item', 'verbose_name_plural': 'low stock'},
                ),
                migrations.AlterField(
                    model_name='concessionitem',
                    name='low_alerted_at',
                    field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='staff alerted'),
                ),
                migrations.AlterField(
                    model_name='concessionitem',
                    name='low_stock_percent',
                    field=models.PositiveSmallIntegerField(default=20, help_text='Staff are alerted when the stock falls below this share of the maximum.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='low stock threshold (%)'),
                ),
                migrations.AlterField(
                    model_name='concessionitem',
                    name='made_to_order',
                    field=models.BooleanField(default=False, help_text='Once prepared, it can’t go back into stock.', verbose_name='made to order'),
                ),
                migrations.AlterField(
                    model_name='concessionitem',
                    name='max_stock_quantity',
                    field=models.PositiveIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)], verbose_name='maximum stock'),
                ),
                migrations.AlterField(
                    model_name='concessionpreorder',
                    name='collection_deadline',
                    field=models.DateTimeField(verbose_name='collect by'),
                ),
                migrations.AlterField(
                    model_name='concessionpreorder',
                    name='handled_by',
                    field=models.ForeignKey(blank=True, help_text='Who prepared it or handed it over.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by'),
                ),
                migrations.AlterField(
                    model_name='historicalconcessionitem',
                    name='low_stock_percent',
                    field=models.PositiveSmallIntegerField(default=20, help_text='Staff are alerted when the stock falls below this share of the maximum.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='low stock threshold (%)'),
                ),
                migrations.AlterField(
                    model_name='historicalconcessionitem',
                    name='made_to_order',
                    field=models.BooleanField(default=False, help_text='Once prepared, it can’t go back into stock.', verbose_name='made to order'),
                ),
                migrations.AlterField(
                    model_name='historicalconcessionitem',
                    name='max_stock_quantity',
                    field=models.PositiveIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)], verbose_name='maximum stock'),
                ),
                migrations.AlterField(
                    model_name='reordersuggestion',
                    name='settled_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='closed'),
                ),
                migrations.AlterField(
                    model_name='stockmovement',
                    name='at',
                    field=models.DateTimeField(verbose_name='time'),
                ),
                migrations.AlterField(
                    model_name='stockmovement',
                    name='kind',
                    field=models.CharField(choices=[('OPENING', 'Opening stock'), ('RECEIPT', 'Goods received'), ('HOLD', 'Ordered by a customer'), ('RETURN', 'Returned from an order'), ('WRITE_OFF', 'Written off'), ('COUNT', 'Stock count difference')], max_length=16, verbose_name='kind'),
                ),
                migrations.AlterField(
                    model_name='stockmovement',
                    name='reverses',
                    field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='concessions.stockmovement', verbose_name='reversal of'),
                ),
                migrations.AlterModelOptions(
                    name='concessionpreorder',
                    options={'ordering': ['collection_deadline', 'id'], 'permissions': [('make_ready', 'Mark a pre-order as ready'), ('hand_over', 'Hand a pre-order over')], 'verbose_name': 'snack pre-order', 'verbose_name_plural': 'snack pre-orders'},
                ),
                migrations.AlterModelOptions(
                    name='concessionitem',
                    options={'ordering': ['cinema', 'name'], 'permissions': [('receive_goods', 'Receive goods'), ('count_stock', 'Count the stock'), ('write_off_goods', 'Write goods off'), ('order_goods', 'Order goods up to the maximum'), ('set_cost', 'Set the cost of the stock'), ('view_costs', 'See costs and the value of the stock'), ('take_off_sale', 'Take an item off sale, or put it back on sale')], 'verbose_name': 'bar item', 'verbose_name_plural': 'bar items'},
                ),
                migrations.AlterField(
                    model_name='stockmovement',
                    name='kind',
                    field=models.CharField(choices=[('OPENING', 'Opening stock'), ('RECEIPT', 'Goods received'), ('HOLD', 'Ordered by a customer'), ('RETURN', 'Returned from an order'), ('WRITE_OFF', 'Written off'), ('COUNT', 'Stock count difference'), ('COST', 'Cost corrected')], max_length=16, verbose_name='kind'),
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='stockmovement',
            name='movement_moves_something',
        ),
        migrations.AddField(
            model_name='concessionitem',
            name='average_cost',
            field=cinema.money.MoneyField(blank=True, editable=False, null=True, verbose_name='average cost'),
        ),
        migrations.AddField(
            model_name='concessionitem',
            name='stock_value',
            field=cinema.money.MoneyField(blank=True, editable=False, highest=Decimal('99999999990000.00'), null=True, verbose_name='value of the stock'),
        ),
        migrations.AddField(
            model_name='stockmovement',
            name='cost_assumed',
            field=models.BooleanField(default=False, help_text='The cost of these goods was not entered, so they count at the average cost.', verbose_name='cost assumed'),
        ),
        migrations.AddField(
            model_name='stockmovement',
            name='unit_cost',
            field=cinema.money.MoneyField(blank=True, help_text='What was paid, for goods received; otherwise the average at that moment.', null=True, verbose_name='unit cost'),
        ),
        migrations.AddField(
            model_name='stockmovement',
            name='value',
            field=cinema.money.MoneyField(blank=True, highest=Decimal('99999999990000.00'), lowest=Decimal('-99999999990000.00'), null=True, verbose_name='value'),
        ),
        migrations.AddConstraint(
            model_name='concessionitem',
            constraint=models.CheckConstraint(condition=models.Q(('stock_value__gte', Decimal('0.00')), ('stock_value__lte', Decimal('99999999990000.00'))), name='item_value_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='concessionitem',
            constraint=models.CheckConstraint(condition=models.Q(('average_cost__gte', Decimal('0.00')), ('average_cost__lte', Decimal('99999999.99'))), name='item_cost_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='concessionitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('average_cost__isnull', True), ('stock_value__isnull', True)), models.Q(('average_cost__isnull', False), ('stock_value__isnull', False)), _connector='OR'), name='item_value_has_a_cost'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quantity', 0), _negated=True), ('kind', 'COST'), _connector='OR'), name='movement_moves_something'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost__gte', Decimal('0.00')), ('unit_cost__lte', Decimal('99999999.99'))), name='movement_cost_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='stockmovement',
            constraint=models.CheckConstraint(condition=models.Q(('value__gte', Decimal('-99999999990000.00')), ('value__lte', Decimal('99999999990000.00'))), name='movement_value_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddIndex(
            model_name='stockmovement',
            index=models.Index(condition=models.Q(('kind', 'WRITE_OFF')), fields=['at'], name='write_off_at'),
        ),
        migrations.AddField(
            model_name='concessionitem',
            name='expected_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='expected use worked out'),
        ),
        migrations.AddField(
            model_name='concessionitem',
            name='expected_today',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='expected use today'),
        ),
        migrations.AddField(
            model_name='concessionitem',
            name='expected_week',
            field=models.PositiveIntegerField(blank=True, editable=False, null=True, verbose_name='expected use in a week'),
        ),
        migrations.AddIndex(
            model_name='concessionitem',
            index=models.Index(fields=['is_active', 'expected_at'], name='item_to_expect'),
        ),
        migrations.AddConstraint(
            model_name='concessionitem',
            constraint=models.CheckConstraint(condition=models.Q(('expected_today__gte', 0), ('expected_today__lte', 1000000)), name='item_today_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='concessionitem',
            constraint=models.CheckConstraint(condition=models.Q(('expected_week__gte', 0), ('expected_week__lte', 1000000)), name='item_week_bounded', violation_error_message='This value is out of bounds.'),
        ),
    ]
