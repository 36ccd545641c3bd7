import accounts.migrations._together
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('bonuses', '0001_initial'), ('bonuses', '0002_labels'), ('bonuses', '0003_transaction_index'), ('bonuses', '0004_report_indexes')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('orders', '0001_initial'),
        ('orders', '0016_figures'),
        ('orders', '0019_report_indexes'),
        ('payments', '0001_initial'),
        ('payments', '0004_labels'),
        ('payments', '0008_figures'),
        ('payments', '0010_receipt_index'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='BonusAccount',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='bonus_account', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
                        ('balance', models.PositiveIntegerField(default=0, verbose_name='balance')),
                        ('owed', models.PositiveIntegerField(default=0, verbose_name='owed')),
                        ('last_accrual_date', models.DateTimeField(blank=True, null=True, verbose_name='last accrual')),
                        ('expiry_warned_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='expiry warning sent')),
                    ],
                    options={
                        'verbose_name': 'bonus account',
                        'verbose_name_plural': 'bonus accounts',
                        'ordering': ['user'],
                        'permissions': [('adjust_points', 'Add or take points, with a reason')],
                        'indexes': [models.Index(fields=['last_accrual_date'], name='account_last_credit')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('balance__gte', 0), ('balance__lte', 100000000)), name='balance_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('owed__gte', 0), ('owed__lte', 100000000)), name='owed_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('balance', 0), ('owed', 0), _connector='OR'), name='balance_or_owed_is_0')],
                    },
                ),
                migrations.CreateModel(
                    name='BonusTransaction',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('bonus_account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transactions', to='bonuses.bonusaccount', verbose_name='account')),
                        ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bonus_transactions', to='orders.order', verbose_name='order')),
                        ('transaction_type', models.CharField(choices=[('ACCRUAL', 'Earned'), ('DEDUCTION', 'Spent'), ('EXPIRATION', 'Expired'), ('REVERSAL', 'Reversed'), ('ADJUSTMENT', 'Adjusted by staff')], max_length=16, verbose_name='type')),
                        ('amount', models.IntegerField(verbose_name='points')),
                        ('transaction_date', models.DateTimeField(verbose_name='time')),
                        ('description', models.CharField(blank=True, max_length=250, verbose_name='description')),
                        ('reverses', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversals', to='bonuses.bonustransaction', verbose_name='reversal of')),
                        ('refund', models.ForeignKey(blank=True, help_text='The refund that caused this reversal. Empty if the order was cancelled.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bonus_transactions', to='payments.refund', verbose_name='refund')),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ],
                    options={
                        'verbose_name': 'bonus transaction',
                        'verbose_name_plural': 'bonus transactions',
                        'ordering': ['-transaction_date', '-id'],
                        'indexes': [models.Index(fields=['bonus_account', 'transaction_date'], name='transaction_of_account'), models.Index(fields=['transaction_date'], name='transaction_at'), models.Index(condition=models.Q(('order__isnull', True)), fields=['transaction_date'], name='transaction_without_order')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', -100000000), ('amount__lte', 100000000)), name='transaction_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='transaction_moves_something'), models.UniqueConstraint(condition=models.Q(('transaction_type', 'ACCRUAL')), fields=('order',), name='one_accrual_an_order'), models.UniqueConstraint(condition=models.Q(('refund__isnull', False)), fields=('reverses', 'refund'), name='one_reversal_a_refund'), models.UniqueConstraint(condition=models.Q(('refund__isnull', True), ('reverses__isnull', False)), fields=('reverses',), name='one_reversal_a_cancellation'), models.CheckConstraint(condition=models.Q(models.Q(('reverses__isnull', False), ('transaction_type', 'REVERSAL')), models.Q(models.Q(('transaction_type', 'REVERSAL'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='reversal_names_its_original')],
                    },
                ),
            ],
        ),
    ]
