import cinema.money
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.lookups
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('orders', '0001_initial'),
        ('screenings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalConcessionItem',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('price', cinema.money.MoneyField(verbose_name='price')),
                ('max_stock_quantity', models.PositiveIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)], verbose_name='stock at most')),
                ('low_stock_percent', models.PositiveSmallIntegerField(default=20, help_text='Staff are told when less than this share of the most is left.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='low under, percent')),
                ('made_to_order', models.BooleanField(default=False, help_text='Once ready it can only be handed over or thrown away.', verbose_name='made to order')),
                ('is_active', models.BooleanField(default=True, verbose_name='on sale')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-history_id'],
                'get_latest_by': 'history_id',
                'default_permissions': (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ConcessionItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='concession_items', to='screenings.cinema', verbose_name='cinema')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('price', cinema.money.MoneyField(verbose_name='price')),
                ('stock_quantity', models.PositiveIntegerField(default=0, verbose_name='in stock')),
                ('max_stock_quantity', models.PositiveIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000)], verbose_name='stock at most')),
                ('low_stock_percent', models.PositiveSmallIntegerField(default=20, help_text='Staff are told when less than this share of the most is left.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='low under, percent')),
                ('made_to_order', models.BooleanField(default=False, help_text='Once ready it can only be handed over or thrown away.', verbose_name='made to order')),
                ('is_active', models.BooleanField(default=True, verbose_name='on sale')),
                ('is_low', models.GeneratedField(db_persist=True, expression=models.Case(models.When(django.db.models.lookups.LessThan(django.db.models.expressions.CombinedExpression(models.F('stock_quantity'), '*', models.Value(100)), django.db.models.expressions.CombinedExpression(models.F('max_stock_quantity'), '*', models.F('low_stock_percent'))), then=True), default=False), output_field=models.BooleanField(), verbose_name='low')),
                ('low_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='low since')),
                ('low_alerted_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='staff told')),
            ],
            options={
                'verbose_name': 'bar item',
                'verbose_name_plural': 'bar items',
                'ordering': ['cinema', 'name'],
                'permissions': [('receive_goods', 'Receive goods'), ('count_stock', 'Count the stock'), ('write_off_goods', 'Write goods off'), ('order_goods', 'Order goods up to the maximum'), ('take_off_sale', 'Take an item off sale, or put it back')],
                'indexes': [models.Index(fields=['is_low', 'low_alerted_at', 'is_active'], name='item_low_stock')],
                'constraints': [models.UniqueConstraint(fields=('cinema', 'name'), name='one_item_a_name'), models.CheckConstraint(condition=models.Q(('price__gte', Decimal('0.00')), ('price__lte', Decimal('99999999.99'))), name='item_price_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('stock_quantity__gte', 0), ('stock_quantity__lte', 1000000)), name='item_stock_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('max_stock_quantity__gte', 1), ('max_stock_quantity__lte', 1000000)), name='item_max_stock_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('low_stock_percent__gte', 0), ('low_stock_percent__lte', 100)), name='item_low_percent_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='LowStockItem',
            fields=[
            ],
            options={
                'verbose_name': 'item that is running out',
                'verbose_name_plural': 'low stock',
                'proxy': True,
                'default_permissions': ('view',),
            },
            bases=('concessions.concessionitem',),
        ),
        migrations.CreateModel(
            name='ConcessionPreorder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='preorders', to='orders.order', verbose_name='order')),
                ('concession_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='preorders', to='concessions.concessionitem', verbose_name='bar item')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('unit_price', cinema.money.MoneyField(verbose_name='unit price')),
                ('discount_share', cinema.money.MoneyField(default=0, verbose_name='share of the discount')),
                ('bonus_share', cinema.money.MoneyField(default=0, verbose_name='share paid with points')),
                ('status', models.CharField(choices=[('PENDING', 'To prepare'), ('READY', 'Ready'), ('COLLECTED', 'Collected'), ('EXPIRED', 'Not collected'), ('CANCELLED', 'Cancelled'), ('AVAILABLE', 'Refunded')], default='PENDING', max_length=16, verbose_name='status')),
                ('pickup_code', models.CharField(db_index=True, max_length=8, verbose_name='pick-up code')),
                ('collection_deadline', models.DateTimeField(verbose_name='to collect before')),
                ('ready_at', models.DateTimeField(blank=True, null=True, verbose_name='ready')),
                ('collected_at', models.DateTimeField(blank=True, null=True, verbose_name='collected')),
                ('handled_by', models.ForeignKey(blank=True, help_text='Who made it ready, or handed it over.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='handled by')),
            ],
            options={
                'verbose_name': 'snack pre-order',
                'verbose_name_plural': 'snack pre-orders',
                'ordering': ['collection_deadline', 'id'],
                'permissions': [('make_ready', 'Make a pre-order ready'), ('hand_over', 'Hand a pre-order over')],
                'indexes': [models.Index(fields=['status', 'collection_deadline'], name='preorder_deadline')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 10000)), name='preorder_quantity_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('unit_price__gte', Decimal('0.00')), ('unit_price__lte', Decimal('99999999.99'))), name='preorder_price_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('discount_share__gte', Decimal('0.00')), ('discount_share__lte', Decimal('99999999.99'))), name='preorder_discount_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('bonus_share__gte', Decimal('0.00')), ('bonus_share__lte', Decimal('99999999.99'))), name='preorder_bonus_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='StockMovement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('concession_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='concessions.concessionitem', verbose_name='bar item')),
                ('quantity', models.IntegerField(verbose_name='change')),
                ('kind', models.CharField(choices=[('OPENING', 'Opening stock'), ('RECEIPT', 'Goods received'), ('HOLD', 'Ordered by a customer'), ('RETURN', 'Back from an order'), ('WRITE_OFF', 'Written off'), ('COUNT', 'Difference found by counting')], max_length=16, verbose_name='kind')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('preorder', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='concessions.concessionpreorder', verbose_name='pre-order')),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='concessions.stockmovement', verbose_name='reverses')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'stock movement',
                'verbose_name_plural': 'stock movements',
                'ordering': ['-at', '-id'],
                'indexes': [models.Index(fields=['concession_item', 'at'], name='movement_of_item')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', -1000000), ('quantity__lte', 1000000)), name='movement_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='movement_moves_something')],
            },
        ),
        migrations.CreateModel(
            name='ReorderSuggestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('concession_item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reorder_suggestions', to='concessions.concessionitem', verbose_name='bar item')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('suggested_at', models.DateTimeField(verbose_name='suggested')),
                ('ordered_at', models.DateTimeField(blank=True, null=True, verbose_name='ordered')),
                ('ordered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ordered by')),
                ('settled_at', models.DateTimeField(blank=True, null=True, verbose_name='settled')),
            ],
            options={
                'verbose_name': 'reorder suggestion',
                'verbose_name_plural': 'reorder suggestions',
                'ordering': ['-suggested_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('concession_item',), name='one_open_suggestion_an_item'), models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 1000000)), name='suggestion_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
    ]
