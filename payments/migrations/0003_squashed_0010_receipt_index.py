import accounts.migrations._together
import cinema.money
import django.db.models.deletion
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('payments', '0003_rename_columns'), ('payments', '0004_labels'), ('payments', '0005_disputes'), ('payments', '0006_calculated_vat'), ('payments', '0007_permission_labels'), ('payments', '0008_figures'), ('payments', '0009_legal_entities'), ('payments', '0010_receipt_index')]

    dependencies = [
        ('accounts', '__first__'),
        ('orders', '0002_initial'),
        ('orders', '0016_figures'),
        ('payments', '0002_demo_bank_leaves'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='HistoricalLegalEntity',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=200, verbose_name='name')),
                        ('tax_number', models.CharField(max_length=20, verbose_name='tax number (INN)')),
                        ('kpp', models.CharField(blank=True, help_text='Of Russian companies: nine characters. Entrepreneurs have none.', max_length=9, verbose_name='KPP')),
                        ('tax_system', models.CharField(blank=True, choices=[('GENERAL', 'General (OSNO)'), ('SIMPLIFIED_INCOME', 'Simplified, income (USN)'), ('SIMPLIFIED_NET', 'Simplified, income less expenses (USN)'), ('PATENT', 'Patent (PSN)'), ('AGRICULTURAL', 'Agricultural (ESHN)')], help_text='For receipts under Russian law. Leave empty outside Russia.', max_length=20, verbose_name='tax system')),
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
                    name='LegalEntity',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200, unique=True, verbose_name='name')),
                        ('tax_number', models.CharField(max_length=20, verbose_name='tax number (INN)')),
                        ('kpp', models.CharField(blank=True, help_text='Of Russian companies: nine characters. Entrepreneurs have none.', max_length=9, verbose_name='KPP')),
                        ('tax_system', models.CharField(blank=True, choices=[('GENERAL', 'General (OSNO)'), ('SIMPLIFIED_INCOME', 'Simplified, income (USN)'), ('SIMPLIFIED_NET', 'Simplified, income less expenses (USN)'), ('PATENT', 'Patent (PSN)'), ('AGRICULTURAL', 'Agricultural (ESHN)')], help_text='For receipts under Russian law. Leave empty outside Russia.', max_length=20, verbose_name='tax system')),
                    ],
                    options={
                        'verbose_name': 'legal entity',
                        'verbose_name_plural': 'legal entities',
                        'ordering': ['name'],
                        'constraints': [models.UniqueConstraint(fields=('tax_number', 'kpp'), name='one_legal_entity_a_tax_number', violation_error_message='There is already a legal entity with this tax number and KPP.'), models.CheckConstraint(condition=models.Q(('kpp', ''), models.Q(('tax_system', ''), _negated=True), _connector='OR'), name='kpp_of_a_russian_company')],
                    },
                ),
                migrations.AlterModelOptions(
                    name='gatewayevent',
                    options={'ordering': ['-received_at'], 'verbose_name': 'provider message', 'verbose_name_plural': 'provider messages'},
                ),
                migrations.AlterField(
                    model_name='dispute',
                    name='answer_by',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='reply by'),
                ),
                migrations.AlterField(
                    model_name='dispute',
                    name='external_id',
                    field=models.CharField(max_length=120, verbose_name='provider’s reference'),
                ),
                migrations.AlterField(
                    model_name='dispute',
                    name='heard_at',
                    field=models.DateTimeField(verbose_name='opened'),
                ),
                migrations.AlterField(
                    model_name='dispute',
                    name='reason',
                    field=models.CharField(blank=True, help_text='As the bank describes it.', max_length=60, verbose_name='the bank’s reason'),
                ),
                migrations.AlterField(
                    model_name='dispute',
                    name='status',
                    field=models.CharField(choices=[('OPEN', 'Reply needed'), ('ANSWERED', 'With the bank'), ('WON', 'Won'), ('LOST', 'Lost')], default='OPEN', max_length=16, verbose_name='status'),
                ),
                migrations.AlterField(
                    model_name='gatewayevent',
                    name='event_id',
                    field=models.CharField(max_length=200, verbose_name='message number'),
                ),
                migrations.AlterField(
                    model_name='gatewayevent',
                    name='gateway',
                    field=models.CharField(choices=[('cash', 'Cash'), ('card_terminal', 'Card terminal'), ('demo', 'Demonstration'), ('stripe', 'Stripe'), ('yookassa', 'YooKassa')], max_length=16, verbose_name='payment method'),
                ),
                migrations.AlterField(
                    model_name='gatewayevent',
                    name='handled_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='processed'),
                ),
                migrations.AlterField(
                    model_name='payment',
                    name='external_id',
                    field=models.CharField(blank=True, max_length=120, verbose_name='provider’s reference'),
                ),
                migrations.AlterField(
                    model_name='payment',
                    name='gateway',
                    field=models.CharField(choices=[('cash', 'Cash'), ('card_terminal', 'Card terminal'), ('demo', 'Demonstration'), ('stripe', 'Stripe'), ('yookassa', 'YooKassa')], max_length=16, verbose_name='payment method'),
                ),
                migrations.AlterField(
                    model_name='payment',
                    name='status',
                    field=models.CharField(choices=[('PENDING', 'Processing'), ('SUCCEEDED', 'Paid'), ('FAILED', 'Failed')], default='PENDING', max_length=16, verbose_name='status'),
                ),
                migrations.AlterField(
                    model_name='payment',
                    name='uid',
                    field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='Sent to the provider so that a repeated request is not processed twice.', unique=True, verbose_name='request number'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='awaits_settlement',
                    field=models.BooleanField(default=False, verbose_name='final receipt pending'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='external_id',
                    field=models.CharField(blank=True, max_length=120, verbose_name='number at the receipt service'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='is_prepayment',
                    field=models.BooleanField(default=False, verbose_name='paid before the screening'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='kind',
                    field=models.CharField(choices=[('SALE', 'Sale'), ('REFUND', 'Sale refund'), ('SETTLEMENT', 'Full settlement')], max_length=16, verbose_name='kind'),
                ),
                migrations.AlterField(
                    model_name='receipt',
                    name='uid',
                    field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='request number'),
                ),
                migrations.AlterField(
                    model_name='receiptline',
                    name='subject',
                    field=models.CharField(choices=[('TICKETS', 'Tickets'), ('GOODS', 'Bar goods')], max_length=16, verbose_name='item type'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='external_id',
                    field=models.CharField(blank=True, max_length=120, verbose_name='provider’s reference'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='handed_out',
                    field=models.BooleanField(default=False, help_text='In cash, on the card terminal or in another way. The payment provider has no record of it.', verbose_name='paid out by staff'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='status',
                    field=models.CharField(choices=[('REQUESTED', 'To be sent'), ('SUCCEEDED', 'Paid back'), ('FAILED', 'Failed')], default='REQUESTED', max_length=16, verbose_name='status'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='succeeded_at',
                    field=models.DateTimeField(blank=True, null=True, verbose_name='paid back'),
                ),
                migrations.AlterField(
                    model_name='refund',
                    name='uid',
                    field=models.UUIDField(default=uuid.uuid4, editable=False, help_text='Sent to the provider so that a repeated request is not processed twice.', unique=True, verbose_name='request number'),
                ),
                migrations.AlterField(
                    model_name='vatrate',
                    name='subject',
                    field=models.CharField(choices=[('TICKETS', 'Tickets'), ('GOODS', 'Bar goods')], max_length=16, verbose_name='applies to'),
                ),
                migrations.AlterField(
                    model_name='receiptline',
                    name='vat',
                    field=models.CharField(choices=[('none', 'without VAT'), ('0', '0 %'), ('5', '5 %'), ('7', '7 %'), ('10', '10 %'), ('20', '20 %'), ('22', '22 %'), ('5/105', '5/105'), ('7/107', '7/107'), ('10/110', '10/110'), ('20/120', '20/120'), ('22/122', '22/122')], max_length=8, verbose_name='rate'),
                ),
                migrations.AlterModelOptions(
                    name='payment',
                    options={'ordering': ['-created_at', '-id'], 'permissions': [('ask_payment', 'Check a payment with its provider')], 'verbose_name': 'payment', 'verbose_name_plural': 'payments'},
                ),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='refund',
            name='refund_lines_within_amount',
        ),
        migrations.RemoveIndex(
            model_name='payment',
            name='payment_to_ask',
        ),
        migrations.RemoveIndex(
            model_name='payment',
            name='payment_in_trouble',
        ),
        migrations.RemoveIndex(
            model_name='refund',
            name='refund_awaiting_lines',
        ),
        migrations.RenameField(
            model_name='payment',
            old_name='trouble',
            new_name='discrepancy',
        ),
        migrations.RenameField(
            model_name='payment',
            old_name='ask_at',
            new_name='next_poll_at',
        ),
        migrations.RenameField(
            model_name='refund',
            old_name='without_lines',
            new_name='unallocated_amount',
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['next_poll_at'], name='payment_to_ask'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['discrepancy', 'created_at'], name='payment_in_trouble'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(condition=models.Q(('unallocated_amount__gt', 0)), fields=['requested_at'], name='refund_awaiting_lines'),
        ),
        migrations.AddConstraint(
            model_name='refund',
            constraint=models.CheckConstraint(condition=models.Q(('unallocated_amount__gte', 0), ('unallocated_amount__lte', models.F('amount'))), name='refund_lines_within_amount'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='discrepancy',
            field=models.CharField(blank=True, choices=[('NOT_OURS', 'The provider has a different payment or currency under this number'), ('REFUNDED_BEYOND', 'The provider has refunded more than is recorded here'), ('UNKNOWN_THERE', 'The provider has no such payment')], max_length=20, verbose_name='problem'),
        ),
        migrations.AlterField(
            model_name='payment',
            name='next_poll_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='next check with the provider'),
        ),
        migrations.AlterField(
            model_name='refund',
            name='unallocated_amount',
            field=cinema.money.MoneyField(default=0, help_text='For a refund made with the provider: the amount staff still have to assign to tickets or snacks.', verbose_name='not assigned to items'),
        ),
        migrations.AddField(
            model_name='refund',
            name='despite_dispute',
            field=models.BooleanField(default=False, help_text='Staff confirmed the refund although the customer’s bank had not decided about the payment.', verbose_name='sent despite a dispute'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['succeeded_at'], name='payment_succeeded'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['requested_at'], name='refund_requested'),
        ),
        migrations.AddIndex(
            model_name='refund',
            index=models.Index(fields=['succeeded_at'], name='refund_succeeded'),
        ),
        migrations.AddIndex(
            model_name='receipt',
            index=models.Index(fields=['created_at'], name='receipt_created'),
        ),
    ]
