import cinema.money
import django.db.models.deletion
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('payments', '0001_initial'), ('payments', '0002_demo_bank_leaves')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('orders', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DemoCharge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(editable=False, max_length=40, unique=True)),
                ('uid', models.UUIDField(unique=True)),
                ('amount', cinema.money.MoneyField()),
                ('description', models.CharField(max_length=200)),
                ('return_url', models.CharField(max_length=500)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('status', models.CharField(choices=[('OPEN', 'Open'), ('PAID', 'Paid'), ('DECLINED', 'Declined'), ('CLOSED', 'Closed')], default='OPEN', max_length=16)),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='demo_charge_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='DemoRefund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.democharge')),
                ('uid', models.UUIDField(unique=True)),
                ('amount', cinema.money.MoneyField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='demo_refund_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='orders.order', verbose_name='order')),
                ('gateway', models.CharField(choices=[('cash', 'Cash'), ('card_terminal', 'Card terminal'), ('demo', 'Demonstration'), ('stripe', 'Stripe'), ('yookassa', 'YooKassa')], max_length=16, verbose_name='gateway')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Its name at the gateway, and the key that makes a repeated request the same one.', unique=True)),
                ('external_id', models.CharField(blank=True, max_length=120, verbose_name='id at the gateway')),
                ('amount', cinema.money.MoneyField(verbose_name='amount')),
                ('status', models.CharField(choices=[('PENDING', 'In flight'), ('SUCCEEDED', 'Paid'), ('FAILED', 'Failed')], default='PENDING', max_length=16, verbose_name='status')),
                ('return_url', models.CharField(blank=True, editable=False, max_length=500)),
                ('redirect_url', models.CharField(blank=True, editable=False, max_length=2000)),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('succeeded_at', models.DateTimeField(blank=True, null=True, verbose_name='paid')),
                ('receipted_at', models.DateTimeField(blank=True, null=True, verbose_name='receipt queued')),
                ('ask_at', models.DateTimeField(blank=True, null=True, verbose_name='gateway is asked again')),
                ('trouble', models.CharField(blank=True, choices=[('NOT_OURS', 'The gateway knows it as another payment, or in another currency'), ('REFUNDED_BEYOND', 'More has gone back at the gateway than is booked here'), ('UNKNOWN_THERE', 'The gateway does not know it')], max_length=20, verbose_name='trouble')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='taken by')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'ordering': ['-created_at', '-id'],
                'permissions': [('ask_payment', 'Ask the gateway about a payment')],
                'indexes': [models.Index(fields=['status', 'created_at'], name='payment_open'), models.Index(fields=['ask_at'], name='payment_to_ask'), models.Index(condition=models.Q(('receipted_at__isnull', True)), fields=['succeeded_at'], name='payment_without_receipt'), models.Index(fields=['trouble', 'created_at'], name='payment_in_trouble')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('gateway', 'external_id'), name='one_payment_an_external_id'), models.UniqueConstraint(condition=models.Q(('status', 'PENDING')), fields=('order', 'gateway'), name='one_payment_in_flight_a_gateway'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='payment_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='orders.order', verbose_name='order')),
                ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.payment', verbose_name='payment')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, help_text='Its name at the gateway, and the key that makes a repeated request the same one.', unique=True)),
                ('amount', cinema.money.MoneyField(verbose_name='amount')),
                ('status', models.CharField(choices=[('REQUESTED', 'To be sent'), ('SUCCEEDED', 'Sent back'), ('FAILED', 'Failed')], default='REQUESTED', max_length=16, verbose_name='status')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                ('external_id', models.CharField(blank=True, max_length=120, verbose_name='id at the gateway')),
                ('without_lines', cinema.money.MoneyField(default=0, help_text='Of a part that was refunded outside: how much staff have yet to name tickets or snacks for.', verbose_name='not said what for')),
                ('requested_at', models.DateTimeField(verbose_name='requested')),
                ('succeeded_at', models.DateTimeField(blank=True, null=True, verbose_name='sent back')),
                ('receipted_at', models.DateTimeField(blank=True, null=True, verbose_name='receipt queued')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('claimed_by', models.CharField(blank=True, editable=False, max_length=80)),
                ('error', models.CharField(blank=True, max_length=100, verbose_name='error')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('handed_out', models.BooleanField(default=False, help_text='By a person, from the drawer, on the terminal or in another way: no gateway knows of it.', verbose_name='handed out')),
                ('paid_out_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='paid out by')),
            ],
            options={
                'verbose_name': 'refund',
                'verbose_name_plural': 'refunds',
                'ordering': ['-requested_at', '-id'],
                'permissions': [('pay_out_refund', 'Pay a refund out by hand'), ('resend_refund', 'Send a failed refund again')],
                'indexes': [models.Index(fields=['status', 'requested_at'], name='refund_open'), models.Index(condition=models.Q(('receipted_at__isnull', True)), fields=['succeeded_at'], name='refund_without_receipt'), models.Index(condition=models.Q(('without_lines__gt', 0)), fields=['requested_at'], name='refund_awaiting_lines')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('payment', 'external_id'), name='one_refund_an_external_id'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='refund_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'SUCCEEDED'), _negated=True), models.Q(('external_id', ''), _negated=True), ('handed_out', True), ('amount', 0), _connector='OR'), name='refund_sent_has_its_id'), models.CheckConstraint(condition=models.Q(('without_lines__gte', 0), ('without_lines__lte', models.F('amount'))), name='refund_lines_within_amount')],
            },
        ),
        migrations.CreateModel(
            name='GatewayEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(choices=[('cash', 'Cash'), ('card_terminal', 'Card terminal'), ('demo', 'Demonstration'), ('stripe', 'Stripe'), ('yookassa', 'YooKassa')], max_length=16, verbose_name='gateway')),
                ('event_id', models.CharField(max_length=200, verbose_name='id of the event')),
                ('payment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='payments.payment', verbose_name='payment')),
                ('received_at', models.DateTimeField(verbose_name='received')),
                ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='handled')),
            ],
            options={
                'verbose_name': 'gateway event',
                'verbose_name_plural': 'gateway events',
                'ordering': ['-received_at'],
                'constraints': [models.UniqueConstraint(fields=('gateway', 'event_id'), name='one_row_a_gateway_event')],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='payments.payment', verbose_name='payment')),
                ('external_id', models.CharField(max_length=120, verbose_name='id at the gateway')),
                ('amount', cinema.money.MoneyField(verbose_name='amount')),
                ('reason', models.CharField(blank=True, help_text="In the bank's own word.", max_length=60, verbose_name="the bank's reason")),
                ('status', models.CharField(choices=[('OPEN', 'To be answered'), ('ANSWERED', 'The bank decides'), ('WON', 'Won'), ('LOST', 'Lost')], default='OPEN', max_length=16, verbose_name='status')),
                ('heard_at', models.DateTimeField(verbose_name='heard of')),
                ('answer_by', models.DateTimeField(blank=True, null=True, verbose_name='answer by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
            ],
            options={
                'verbose_name': 'dispute',
                'verbose_name_plural': 'disputes',
                'ordering': ['-heard_at', '-id'],
                'indexes': [models.Index(fields=['status', 'answer_by'], name='dispute_to_answer')],
                'constraints': [models.UniqueConstraint(fields=('payment', 'external_id'), name='one_dispute_an_external_id'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='dispute_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='VatRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(choices=[('TICKETS', 'Tickets'), ('GOODS', 'Goods of the bar')], max_length=16, verbose_name='on')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('vat', models.CharField(choices=[('none', 'without VAT'), ('0', '0 %'), ('5', '5 %'), ('7', '7 %'), ('10', '10 %'), ('20', '20 %'), ('22', '22 %')], max_length=8, verbose_name='rate')),
            ],
            options={
                'verbose_name': 'VAT rate',
                'verbose_name_plural': 'VAT rates',
                'ordering': ['subject', '-valid_from'],
                'constraints': [models.UniqueConstraint(fields=('subject', 'valid_from'), name='one_vat_rate_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('SALE', 'Sale'), ('REFUND', 'Refund'), ('SETTLEMENT', 'Full settlement')], max_length=16, verbose_name='kind')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='orders.order', verbose_name='order')),
                ('payment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='payments.payment', verbose_name='payment')),
                ('refund', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='payments.refund', verbose_name='refund')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('amount', cinema.money.MoneyField(verbose_name='amount')),
                ('is_prepayment', models.BooleanField(default=False, verbose_name='paid ahead of the show')),
                ('awaits_settlement', models.BooleanField(default=False, verbose_name='second receipt to come')),
                ('status', models.CharField(choices=[('QUEUED', 'To be sent'), ('SENT', 'Sent'), ('FAILED', 'Failed')], default='QUEUED', max_length=16, verbose_name='status')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('external_id', models.CharField(blank=True, max_length=120, verbose_name='id at the sender')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('next_attempt_at', models.DateTimeField(blank=True, null=True, verbose_name='next attempt')),
                ('error', models.CharField(blank=True, max_length=100, verbose_name='error')),
            ],
            options={
                'verbose_name': 'receipt',
                'verbose_name_plural': 'receipts',
                'ordering': ['-created_at', '-id'],
                'permissions': [('resend_receipt', 'Send a failed receipt again')],
                'indexes': [models.Index(fields=['status', 'next_attempt_at'], name='receipt_to_send'), models.Index(condition=models.Q(('awaits_settlement', True)), fields=['order'], name='receipt_to_settle')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('refund__isnull', True)), fields=('payment', 'kind'), name='one_receipt_a_payment'), models.UniqueConstraint(fields=('refund',), name='one_receipt_a_refund'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='receipt_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='ReceiptLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receipt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.receipt', verbose_name='receipt')),
                ('name', models.CharField(max_length=128, verbose_name='name')),
                ('subject', models.CharField(choices=[('TICKETS', 'Tickets'), ('GOODS', 'Goods of the bar')], max_length=16, verbose_name='what it is')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('price', cinema.money.MoneyField(verbose_name='price')),
                ('vat', models.CharField(choices=[('none', 'without VAT'), ('0', '0 %'), ('5', '5 %'), ('7', '7 %'), ('10', '10 %'), ('20', '20 %'), ('22', '22 %')], max_length=8, verbose_name='rate')),
            ],
            options={
                'verbose_name': 'receipt line',
                'verbose_name_plural': 'receipt lines',
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('quantity__lte', 10000)), name='receipt_line_quantity_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('price__gte', Decimal('0.00')), ('price__lte', Decimal('99999999.99'))), name='receipt_line_price_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name='DemoRefund',
                ),
                migrations.DeleteModel(
                    name='DemoCharge',
                ),
            ],
        ),
    ]
