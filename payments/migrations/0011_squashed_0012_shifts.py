import accounts.migrations._together
import cinema.money
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('payments', '0011_card_operations'), ('payments', '0012_shifts')]

    dependencies = [
        ('accounts', '__first__'),
        ('payments', '0010_receipt_index'),
        ('screenings', '0020_planned_sessions'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='CashPlace',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('DRAWER', 'Cash drawer'), ('SAFE', 'Safe'), ('CHANGE_FUND', 'Change fund'), ('BANK', 'Bank')], default='DRAWER', max_length=16, verbose_name='kind')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('cash', cinema.money.MoneyField(default=0, editable=False, highest=Decimal('9999999999.00'), verbose_name='cash')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cash_places', to='screenings.cinema', verbose_name='cinema')),
                    ],
                    options={
                        'verbose_name': 'cash place',
                        'verbose_name_plural': 'cash places',
                        'ordering': ['cinema', 'kind', 'name'],
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('cinema', 'name'), name='one_cash_place_a_name', violation_error_message='This cinema already has a place of this name.'), models.UniqueConstraint(condition=models.Q(('kind', 'DRAWER'), _negated=True), fields=('cinema', 'kind'), name='one_safe_fund_and_bank_a_cinema'), models.CheckConstraint(condition=models.Q(('cash__gte', Decimal('0.00')), ('cash__lte', Decimal('9999999999.00'))), name='cash_place_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='Shift',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('status', models.CharField(choices=[('OPEN', 'Open'), ('NOT_COUNTED', 'Not counted'), ('COUNTED', 'Counted')], default='OPEN', max_length=16, verbose_name='status')),
                        ('opened_at', models.DateTimeField(verbose_name='opened')),
                        ('opening_float', cinema.money.MoneyField(verbose_name='opening float')),
                        ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                        ('counted_at', models.DateTimeField(blank=True, null=True, verbose_name='counted')),
                        ('expected_cash', cinema.money.MoneyField(blank=True, highest=Decimal('9999999999.00'), null=True, verbose_name='cash expected')),
                        ('counted_cash', cinema.money.MoneyField(blank=True, null=True, verbose_name='cash counted')),
                        ('expected_card', cinema.money.MoneyField(blank=True, highest=Decimal('9999999999.00'), lowest=Decimal('-9999999999.00'), null=True, verbose_name='card terminal expected')),
                        ('counted_card', cinema.money.MoneyField(blank=True, help_text='As the terminal’s own report says.', lowest=Decimal('-99999999.99'), null=True, verbose_name='card terminal’s total')),
                        ('note', models.CharField(blank=True, max_length=250, verbose_name='note')),
                        ('cashier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to=settings.AUTH_USER_MODEL, verbose_name='responsible')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='screenings.cinema', verbose_name='cinema')),
                        ('counted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='counted by')),
                        ('drawer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shifts', to='payments.cashplace', verbose_name='drawer')),
                    ],
                    options={
                        'verbose_name': 'shift',
                        'verbose_name_plural': 'shifts',
                        'ordering': ['-opened_at', '-id'],
                        'permissions': [('work_shift', 'Open a shift at a cash drawer and sell at the till'), ('count_others_shift', 'Count the drawer of somebody else’s shift'), ('bank_cash', 'Move cash of the safe, the change fund and the bank')],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['cinema', 'opened_at'], name='shift_of_cinema')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'COUNTED'), _negated=True), fields=('drawer',), name='one_shift_a_drawer_until_counted'), models.UniqueConstraint(condition=models.Q(('status', 'OPEN')), fields=('cashier',), name='one_open_shift_a_cashier'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'COUNTED'), _negated=True), models.Q(('counted_at__isnull', False), ('counted_cash__isnull', False), ('expected_cash__isnull', False)), _connector='OR'), name='shift_counted_with_its_sums'), models.CheckConstraint(condition=models.Q(('status', 'OPEN'), ('ended_at__isnull', False), _connector='OR'), name='shift_over_has_ended'), models.CheckConstraint(condition=models.Q(('opening_float__gte', Decimal('0.00')), ('opening_float__lte', Decimal('99999999.99'))), name='shift_float_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('counted_cash__gte', Decimal('0.00')), ('counted_cash__lte', Decimal('99999999.99'))), name='shift_counted_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='CashMovement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('FLOAT', 'Opening float'), ('SALE', 'Sale'), ('REFUND', 'Refund'), ('CASH_IN', 'Cash in'), ('CASH_OUT', 'Cash out'), ('DROP', 'Drop to the safe'), ('DEPOSIT', 'Bank deposit'), ('MOVE', 'Moved'), ('COUNT', 'Over or short'), ('HANDED_IN', 'Handed in')], max_length=16, verbose_name='kind')),
                        ('amount', cinema.money.MoneyField(highest=Decimal('9999999999.00'), lowest=Decimal('-9999999999.00'), verbose_name='amount')),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                        ('transfer', models.UUIDField(blank=True, editable=False, null=True)),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('payment', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cash_movement', to='payments.payment', verbose_name='payment')),
                        ('refund', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cash_movement', to='payments.refund', verbose_name='refund')),
                        ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='payments.cashplace', verbose_name='place')),
                        ('shift', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='payments.shift', verbose_name='shift')),
                    ],
                    options={
                        'verbose_name': 'cash movement',
                        'verbose_name_plural': 'cash movements',
                        'ordering': ['-id'],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['place', 'at'], name='cash_movement_of_place')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='cash_movement_moves_something'), models.CheckConstraint(condition=models.Q(models.Q(('amount__gt', 0), ('kind', 'SALE'), ('payment__isnull', False), ('shift__isnull', False)), models.Q(models.Q(('kind', 'SALE'), _negated=True), ('payment__isnull', True)), _connector='OR'), name='cash_sale_has_its_payment'), models.CheckConstraint(condition=models.Q(models.Q(('amount__lt', 0), ('kind', 'REFUND'), ('refund__isnull', False), ('shift__isnull', False)), models.Q(models.Q(('kind', 'REFUND'), _negated=True), ('refund__isnull', True)), _connector='OR'), name='cash_refund_has_its_refund'), models.UniqueConstraint(fields=('transfer', 'place'), name='one_movement_a_transfer_and_place')],
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name='payment',
            name='rrn',
            field=models.CharField(blank=True, help_text='The bank’s number of the card operation, as on the slip.', max_length=12, verbose_name='RRN'),
        ),
        migrations.AddField(
            model_name='payment',
            name='terminal',
            field=models.CharField(blank=True, help_text='Its number at the bank.', max_length=20, verbose_name='terminal'),
        ),
        migrations.AddField(
            model_name='refund',
            name='rrn',
            field=models.CharField(blank=True, help_text='The bank’s number of the card operation, as on the slip.', max_length=12, verbose_name='RRN'),
        ),
        migrations.AddField(
            model_name='payment',
            name='shift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='payments.shift', verbose_name='shift'),
        ),
        migrations.AddField(
            model_name='refund',
            name='shift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.shift', verbose_name='shift'),
        ),
    ]
