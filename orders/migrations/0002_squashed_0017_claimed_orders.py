import accounts.migrations._together
import accounts.phones
import cinema.money
import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('orders', '0002_initial'), ('orders', '0003_online_hold'), ('orders', '0004_labels'), ('orders', '0005_cinemas_of_messages'), ('orders', '0006_refund_notice'), ('orders', '0007_who_is_notified'), ('orders', '0008_phones'), ('orders', '0009_permission_labels'), ('orders', '0010_scan_override'), ('orders', '0011_replaced_orders'), ('orders', '0012_admission_labels'), ('orders', '0013_changes'), ('orders', '0014_reissued_tickets'), ('orders', '0015_more_phones'), ('orders', '0016_figures'), ('orders', '0017_claimed_orders')]

    dependencies = [
        ('accounts', '__first__'),
        ('concessions', '0001_initial'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('notifications', '0004_no_secrets_in_sent_messages'),
        ('orders', '0001_initial'),
        ('payments', '0001_initial'),
        ('screenings', '0002_labels'),
        ('screenings', '0010_index_of_held_refunds'),
        ('storefront', '0002_online_hold_to_orders'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='RefundLine',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('refund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.refund', verbose_name='refund')),
                        ('ticket', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refund_line', to='orders.ticket', verbose_name='ticket')),
                        ('preorder', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='refund_line', to='concessions.concessionpreorder', verbose_name='snack pre-order')),
                        ('amount', cinema.money.MoneyField(verbose_name='amount')),
                    ],
                    options={
                        'verbose_name': 'refund line',
                        'verbose_name_plural': 'refund lines',
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('preorder__isnull', True), ('ticket__isnull', False)), models.Q(('preorder__isnull', False), ('ticket__isnull', True)), _connector='OR'), name='refund_line_of_one_thing'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='refund_line_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='OrderChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('ADDRESS', 'Email corrected, tickets sent again'), ('SEATS', 'Other seats'), ('CLAIMED', 'Added to the account with this email')], max_length=16, verbose_name='change')),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('reason', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                        ('details', models.TextField(blank=True, help_text='The former address, or for each ticket its former and its new seat.', verbose_name='details')),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='orders.order', verbose_name='order')),
                    ],
                    options={
                        'verbose_name': 'order change',
                        'verbose_name_plural': 'order changes',
                        'ordering': ['order', 'id'],
                        'default_permissions': (),
                    },
                ),
                migrations.AlterModelOptions(
                    name='promocode',
                    options={'ordering': ['code'], 'verbose_name': 'promo code', 'verbose_name_plural': 'promo codes'},
                ),
                migrations.AlterModelOptions(
                    name='scan',
                    options={'ordering': ['-at', '-id'], 'verbose_name': 'check-in', 'verbose_name_plural': 'check-ins'},
                ),
                migrations.AlterField(
                    model_name='historicalpromocode',
                    name='discount_amount',
                    field=cinema.money.MoneyField(blank=True, null=True, verbose_name='discount amount'),
                ),
                migrations.AlterField(
                    model_name='historicalpromocode',
                    name='discount_percent',
                    field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='discount (%)'),
                ),
                migrations.AlterField(
                    model_name='historicalpromocode',
                    name='max_uses',
                    field=models.PositiveIntegerField(default=1, verbose_name='usage limit'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='channel',
                    field=models.CharField(choices=[('ONLINE', 'Online'), ('BOX_OFFICE', 'Box office'), ('RESERVATION', 'Unpaid booking')], default='ONLINE', max_length=16, verbose_name='channel'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='expires_at',
                    field=models.DateTimeField(verbose_name='booked until'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='payment_deadline',
                    field=models.DateTimeField(verbose_name='pay by'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='promocode',
                    field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='orders.promocode', verbose_name='promo code'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='status',
                    field=models.CharField(choices=[('PENDING_PAYMENT', 'Awaiting payment'), ('PAYMENT_OVERDUE', 'Payment overdue'), ('PAID', 'Paid'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled'), ('REFUNDED', 'Refunded')], default='PENDING_PAYMENT', max_length=16, verbose_name='status'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='total_amount',
                    field=cinema.money.MoneyField(default=0, verbose_name='full price'),
                ),
                migrations.AlterField(
                    model_name='order',
                    name='user',
                    field=models.ForeignKey(blank=True, help_text='Empty if the customer ordered without signing in.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL, verbose_name='customer'),
                ),
                migrations.AlterField(
                    model_name='orderevent',
                    name='actor',
                    field=models.ForeignKey(blank=True, help_text='Empty if it happened automatically.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
                ),
                migrations.AlterField(
                    model_name='orderevent',
                    name='at',
                    field=models.DateTimeField(verbose_name='time'),
                ),
                migrations.AlterField(
                    model_name='orderevent',
                    name='from_status',
                    field=models.CharField(blank=True, choices=[('PENDING_PAYMENT', 'Awaiting payment'), ('PAYMENT_OVERDUE', 'Payment overdue'), ('PAID', 'Paid'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled'), ('REFUNDED', 'Refunded')], max_length=16, verbose_name='from'),
                ),
                migrations.AlterField(
                    model_name='orderevent',
                    name='to_status',
                    field=models.CharField(choices=[('PENDING_PAYMENT', 'Awaiting payment'), ('PAYMENT_OVERDUE', 'Payment overdue'), ('PAID', 'Paid'), ('COMPLETED', 'Completed'), ('CANCELLED', 'Cancelled'), ('REFUNDED', 'Refunded')], max_length=16, verbose_name='to'),
                ),
                migrations.AlterField(
                    model_name='promocode',
                    name='discount_amount',
                    field=cinema.money.MoneyField(blank=True, null=True, verbose_name='discount amount'),
                ),
                migrations.AlterField(
                    model_name='promocode',
                    name='discount_percent',
                    field=models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='discount (%)'),
                ),
                migrations.AlterField(
                    model_name='promocode',
                    name='max_uses',
                    field=models.PositiveIntegerField(default=1, verbose_name='usage limit'),
                ),
                migrations.AlterField(
                    model_name='promocode',
                    name='used_count',
                    field=models.PositiveIntegerField(default=0, verbose_name='times used'),
                ),
                migrations.AlterField(
                    model_name='scan',
                    name='at',
                    field=models.DateTimeField(verbose_name='time'),
                ),
                migrations.AlterField(
                    model_name='ticket',
                    name='session',
                    field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tickets', to='screenings.session', verbose_name='screening'),
                ),
                migrations.AlterField(
                    model_name='ticket',
                    name='status',
                    field=models.CharField(choices=[('RESERVED', 'Reserved'), ('PAID', 'Paid'), ('USED', 'Used'), ('EXPIRED', 'No-show'), ('AVAILABLE', 'Released')], default='RESERVED', max_length=16, verbose_name='status'),
                ),
                migrations.AlterModelOptions(
                    name='order',
                    options={'ordering': ['-created_at', '-id'], 'permissions': [('cancel_order', 'Cancel an unpaid order'), ('extend_order', "Extend an order's time to pay"), ('remind_order', 'Remind a customer to pay'), ('take_payment_order', 'Take cash or card for an order'), ('refund_order', 'Refund an order or some of its items'), ('disclose_customer', "Export a customer's personal data"), ('erase_customer', "Erase a customer's personal data"), ('refund_consumed', 'Refund snacks that were collected or have expired')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
                ),
                migrations.AlterModelOptions(
                    name='ticket',
                    options={'ordering': ['session', 'seat'], 'permissions': [('check_in_ticket', 'Check a ticket in'), ('undo_check_in_ticket', 'Undo a check-in'), ('override_check_in_ticket', 'Check a ticket in outside admission hours')], 'verbose_name': 'ticket', 'verbose_name_plural': 'tickets'},
                ),
                migrations.AlterModelOptions(
                    name='order',
                    options={'ordering': ['-created_at', '-id'], 'permissions': [('cancel_order', 'Cancel an unpaid order'), ('extend_order', "Extend an order's time to pay"), ('correct_address_order', 'Correct an order’s address'), ('change_seats_order', 'Give a guest other seats'), ('remind_order', 'Remind a customer to pay'), ('take_payment_order', 'Take cash or card for an order'), ('refund_order', 'Refund an order or some of its items'), ('disclose_customer', "Export a customer's personal data"), ('erase_customer', "Erase a customer's personal data"), ('refund_consumed', 'Refund snacks that were collected or have expired')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
                ),
            ],
        ),
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
        migrations.AddField(
            model_name='order',
            name='refund_notice_minutes',
            field=models.PositiveSmallIntegerField(editable=False, help_text='As the house rules were when the order was placed.', null=True, verbose_name='online refunds close before the start (minutes)'),
        ),
        migrations.AddField(
            model_name='onlinehold',
            name='may_write',
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='order',
                    name='phone',
                    field=accounts.phones.PhoneField(blank=True, max_length=32, verbose_name='phone'),
                ),
            ],
        ),
        migrations.AddField(
            model_name='order',
            name='replaces',
            field=models.OneToOneField(blank=True, editable=False, help_text='The order that the customer changed into this one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='orders.order', verbose_name='instead of'),
        ),
        migrations.AddField(
            model_name='scan',
            name='override',
            field=models.CharField(blank=True, help_text='Why a guest was admitted before the doors opened, or after the end.', max_length=250, verbose_name='reason for admission outside hours'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='reissued_at',
            field=models.DateTimeField(blank=True, editable=False, help_text='When the guest got another seat, and the ticket a new code.', null=True, verbose_name='reissued'),
        ),
        migrations.AddIndex(
            model_name='order',
            index=models.Index(fields=['cinema', 'paid_at'], name='order_paid_in_cinema'),
        ),
    ]
