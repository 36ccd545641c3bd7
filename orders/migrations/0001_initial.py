import accounts.models
import cinema.money
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import orders.models.codes
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('screenings', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalPromocode',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('discount_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='discount, percent')),
                ('discount_amount', cinema.money.MoneyField(blank=True, null=True, verbose_name='discount, money')),
                ('max_uses', models.PositiveIntegerField(default=1, verbose_name='orders at most')),
                ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
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
            name='Promocode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=40, unique=True, verbose_name='code')),
                ('discount_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='discount, percent')),
                ('discount_amount', cinema.money.MoneyField(blank=True, null=True, verbose_name='discount, money')),
                ('max_uses', models.PositiveIntegerField(default=1, verbose_name='orders at most')),
                ('used_count', models.PositiveIntegerField(default=0, verbose_name='orders so far')),
                ('valid_from', models.DateTimeField(blank=True, null=True, verbose_name='valid from')),
                ('valid_until', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'verbose_name': 'promocode',
                'verbose_name_plural': 'promocodes',
                'ordering': ['code'],
                'constraints': [models.CheckConstraint(condition=models.Q(('used_count__lte', models.F('max_uses'))), name='promocode_within_its_limit'), models.CheckConstraint(condition=models.Q(('max_uses__gte', 0), ('max_uses__lte', 1000000)), name='promocode_limit_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('discount_percent__gte', 0), ('discount_percent__lte', 100)), name='promocode_percent_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('discount_amount__gte', Decimal('0.00')), ('discount_amount__lte', Decimal('99999999.99'))), name='promocode_amount_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(default=orders.models.codes.new_number, editable=False, max_length=8, unique=True, verbose_name='number')),
                ('token', models.CharField(default=orders.models.codes.new_token, editable=False, max_length=40, unique=True)),
                ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='screenings.cinema', verbose_name='cinema')),
                ('user', models.ForeignKey(blank=True, help_text='Empty for a guest.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('phone', models.CharField(blank=True, max_length=32, verbose_name='phone')),
                ('language', models.CharField(choices=[('ru', 'Russian'), ('en', 'English')], default=accounts.models.default_language, max_length=8, verbose_name='language')),
                ('status', models.CharField(choices=[('PENDING_PAYMENT', 'Waiting for payment'), ('PAYMENT_OVERDUE', 'Payment overdue'), ('PAID', 'Paid'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled'), ('REFUNDED', 'Refunded')], default='PENDING_PAYMENT', max_length=16, verbose_name='status')),
                ('channel', models.CharField(choices=[('ONLINE', 'Online'), ('BOX_OFFICE', 'Box office'), ('RESERVATION', 'Reservation')], default='ONLINE', max_length=16, verbose_name='channel')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('payment_deadline', models.DateTimeField(verbose_name='to pay before')),
                ('expires_at', models.DateTimeField(verbose_name='held until')),
                ('paid_at', models.DateTimeField(blank=True, null=True, verbose_name='paid')),
                ('completed_at', models.DateTimeField(blank=True, null=True, verbose_name='completed')),
                ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                ('refunded_at', models.DateTimeField(blank=True, null=True, verbose_name='refunded')),
                ('refund_processed_at', models.DateTimeField(blank=True, null=True, verbose_name='refund processed')),
                ('bonus_accrued_at', models.DateTimeField(blank=True, null=True, verbose_name='points credited')),
                ('total_amount', cinema.money.MoneyField(default=0, verbose_name='total')),
                ('discount_amount', cinema.money.MoneyField(default=0, verbose_name='discount')),
                ('bonus_amount', cinema.money.MoneyField(default=0, verbose_name='paid with points')),
                ('final_amount', cinema.money.MoneyField(default=0, verbose_name='to pay')),
                ('promocode', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='orders.promocode', verbose_name='promocode')),
            ],
            options={
                'verbose_name': 'order',
                'verbose_name_plural': 'orders',
                'ordering': ['-created_at', '-id'],
                'permissions': [('cancel_order', 'Cancel an unpaid order'), ('extend_order', "Extend an order's time to pay"), ('remind_order', 'Remind a customer to pay'), ('take_payment_order', 'Take cash or card for an order'), ('refund_order', 'Refund an order or lines of it'), ('disclose_customer', 'Give out what is kept about a customer'), ('erase_customer', "Erase a customer's personal data"), ('refund_consumed', 'Refund snacks that were collected or let lapse')],
                'indexes': [models.Index(fields=['status', 'expires_at'], name='order_expiry'), models.Index(fields=['status', 'payment_deadline'], name='order_deadline'), models.Index(condition=models.Q(('bonus_accrued_at__isnull', True), ('user__isnull', False)), fields=['status', 'user'], name='order_to_accrue'), models.Index(condition=models.Q(('refund_processed_at__isnull', True), ('refunded_at__isnull', False)), fields=['status', 'refunded_at'], name='order_refund_to_process'), models.Index(fields=['cinema', 'created_at'], name='order_of_cinema'), models.Index(fields=['email'], name='order_email'), models.Index(fields=['phone'], name='order_phone')],
                'constraints': [models.CheckConstraint(condition=models.Q(('final_amount', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('total_amount'), '-', models.F('discount_amount')), '-', models.F('bonus_amount')))), name='order_adds_up'), models.CheckConstraint(condition=models.Q(('total_amount__gte', Decimal('0.00')), ('total_amount__lte', Decimal('99999999.99'))), name='order_total_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('discount_amount__gte', Decimal('0.00')), ('discount_amount__lte', Decimal('99999999.99'))), name='order_discount_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('bonus_amount__gte', Decimal('0.00')), ('bonus_amount__lte', Decimal('99999999.99'))), name='order_bonus_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('final_amount__gte', Decimal('0.00')), ('final_amount__lte', Decimal('99999999.99'))), name='order_final_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='orders.order', verbose_name='order')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='screenings.session', verbose_name='session')),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='screenings.seat', verbose_name='seat')),
                ('ticket_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='screenings.tickettype', verbose_name='ticket type')),
                ('price', cinema.money.MoneyField(verbose_name='price')),
                ('discount_share', cinema.money.MoneyField(default=0, verbose_name='share of the discount')),
                ('bonus_share', cinema.money.MoneyField(default=0, verbose_name='share paid with points')),
                ('status', models.CharField(choices=[('RESERVED', 'Reserved'), ('PAID', 'Paid'), ('USED', 'Used'), ('EXPIRED', 'Did not come'), ('AVAILABLE', 'Seat free again')], default='RESERVED', max_length=16, verbose_name='status')),
                ('reminder_sent_at', models.DateTimeField(blank=True, null=True, verbose_name='reminder sent')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used')),
            ],
            options={
                'verbose_name': 'ticket',
                'verbose_name_plural': 'tickets',
                'ordering': ['session', 'seat'],
                'permissions': [('check_in_ticket', 'Let the owner of a ticket in'), ('undo_check_in_ticket', 'Undo a scan of a ticket')],
                'indexes': [models.Index(fields=['session', 'status'], name='ticket_of_session')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['RESERVED', 'PAID', 'USED', 'EXPIRED'])), fields=('session', 'seat'), name='one_live_ticket_a_seat'), models.CheckConstraint(condition=models.Q(('price__gte', Decimal('0.00')), ('price__lte', Decimal('99999999.99'))), name='ticket_price_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('discount_share__gte', Decimal('0.00')), ('discount_share__lte', Decimal('99999999.99'))), name='ticket_discount_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('bonus_share__gte', Decimal('0.00')), ('bonus_share__lte', Decimal('99999999.99'))), name='ticket_bonus_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ticket', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='orders.ticket', verbose_name='ticket')),
                ('undone', models.BooleanField(default=False, verbose_name='undone')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'scan',
                'verbose_name_plural': 'scans',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='OverdueOrder',
            fields=[
            ],
            options={
                'verbose_name': 'overdue order',
                'verbose_name_plural': 'overdue orders',
                'proxy': True,
                'default_permissions': ('view',),
            },
            bases=('orders.order',),
        ),
        migrations.CreateModel(
            name='OrderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='orders.order', verbose_name='order')),
                ('from_status', models.CharField(blank=True, choices=[('PENDING_PAYMENT', 'Waiting for payment'), ('PAYMENT_OVERDUE', 'Payment overdue'), ('PAID', 'Paid'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled'), ('REFUNDED', 'Refunded')], max_length=16, verbose_name='from')),
                ('to_status', models.CharField(choices=[('PENDING_PAYMENT', 'Waiting for payment'), ('PAYMENT_OVERDUE', 'Payment overdue'), ('PAID', 'Paid'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled'), ('REFUNDED', 'Refunded')], max_length=16, verbose_name='to')),
                ('at', models.DateTimeField(verbose_name='at')),
                ('actor', models.ForeignKey(blank=True, help_text='Nobody: a job or a gateway did it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'order event',
                'verbose_name_plural': 'order events',
                'ordering': ['order', 'id'],
            },
        ),
    ]
