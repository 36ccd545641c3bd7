import accounts.migrations._together
import accounts.phones
import cinema.money
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0002_initial'), ('accounts', '0003_approvals_as_data'), ('accounts', '0004_labels'), ('accounts', '0005_account_changes'), ('accounts', '0006_phones'), ('accounts', '0007_permission_labels'), ('accounts', '0008_staff'), ('accounts', '0009_second_factor'), ('accounts', '0010_more_phones'), ('accounts', '0011_marketing_consents'), ('accounts', '0012_withdrawn_consents_index'), ('accounts', '0013_devices')]

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('orders', '0015_more_phones'),
        ('orders', '0018_price_quotes'),
        ('screenings', '0001_initial'),
        ('screenings', '0002_labels'),
        ('screenings', '0005_refunds_held'),
        ('screenings', '0016_price_reviews'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='HistoricalUser',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                        ('all_cinemas', models.BooleanField(default=False, help_text='Can see every cinema. If this is off and no cinemas are chosen, can see none.', verbose_name='all cinemas')),
                        ('is_staff', models.BooleanField(default=False, verbose_name='member of staff')),
                        ('is_active', models.BooleanField(default=True, help_text='Accounts are not deleted. To remove access, deactivate them in the list of users.', verbose_name='active')),
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
                    name='HistoricalUser_cinemas',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('user', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema')),
                        ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='accounts.historicaluser')),
                        ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                    ],
                    options={
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='HistoricalUser_groups',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('user', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('group', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='auth.group')),
                        ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='accounts.historicaluser')),
                        ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                    ],
                    options={
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Approval',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('cinema', models.ForeignKey(blank=True, help_text='Leave empty for the whole chain.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                        ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                        ('object_id', models.CharField(max_length=20)),
                        ('about', models.CharField(max_length=200, verbose_name='subject')),
                        ('facts', models.JSONField(default=list, verbose_name='request')),
                        ('status', models.CharField(choices=[('ASKED', 'Awaiting approval'), ('APPROVED', 'Approved'), ('REFUSED', 'Rejected'), ('WITHDRAWN', 'Withdrawn')], default='ASKED', max_length=16, verbose_name='status')),
                        ('asked_at', models.DateTimeField(verbose_name='requested at')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                        ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                        ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                        ('why', models.CharField(blank=True, max_length=250, verbose_name='reason')),
                        ('service', models.CharField(max_length=60)),
                        ('arguments', models.JSONField(default=dict)),
                        ('digest', models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        'verbose_name': 'approval',
                        'verbose_name_plural': 'approvals',
                        'ordering': ['-asked_at', '-id'],
                        'permissions': [('decide_approval', 'Approve or refuse requests')],
                        'default_permissions': ('view',),
                        'indexes': [models.Index(fields=['status', 'asked_at'], name='approval_waiting')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='approved_by_a_second_person'), models.UniqueConstraint(condition=models.Q(('status', 'ASKED')), fields=('content_type', 'object_id', 'service'), name='one_open_approval_a_service')],
                    },
                ),
                migrations.CreateModel(
                    name='AccountChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('CREATED', 'Account created'), ('PASSWORD', 'Password set'), ('ADDRESS', 'E-mail address changed'), ('ACCESS', 'Roles or cinemas changed'), ('REACTIVATED', 'Account reactivated'), ('SECOND_FACTOR', 'Two-step sign-in reset'), ('NAMED', 'Named as an approver')], max_length=16, verbose_name='change')),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_changes', to=settings.AUTH_USER_MODEL, verbose_name='user')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ],
                    options={
                        'verbose_name': 'account change',
                        'verbose_name_plural': 'account changes',
                        'ordering': ['pk'],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['at'], name='account_changes_age'), models.Index(condition=models.Q(('kind', 'NAMED')), fields=['account'], name='named_approvers')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('actor__isnull', True), ('kind', 'NAMED')), models.Q(models.Q(('kind', 'NAMED'), _negated=True), ('actor__isnull', False)), _connector='OR'), name='account_change_has_an_actor')],
                    },
                ),
                migrations.CreateModel(
                    name='LimitUse',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('service', models.CharField(max_length=60)),
                        ('amount', cinema.money.MoneyField()),
                        ('at', models.DateTimeField()),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'limit use',
                        'verbose_name_plural': 'limit uses',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['person', 'service', 'at'], name='limit_use_of_a_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='limit_use_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='RecoveryCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=64)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'recovery code',
                        'verbose_name_plural': 'recovery codes',
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('user', 'digest'), name='one_recovery_code')],
                    },
                ),
                migrations.CreateModel(
                    name='MarketingConsent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('channel', models.CharField(choices=[('EMAIL', 'E-mail'), ('SMS', 'Text message'), ('PHONE', 'Phone call')], max_length=8, verbose_name='channel')),
                        ('recipient', models.CharField(blank=True, help_text='E-mail address or number.', max_length=254, verbose_name='recipient')),
                        ('is_given', models.BooleanField(help_text='If not, a consent was withdrawn.', verbose_name='agreed')),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('wording', models.CharField(max_length=500, verbose_name='wording shown')),
                        ('language', models.CharField(max_length=8, verbose_name='language')),
                        ('place', models.CharField(choices=[('CHECKOUT', 'Checkout'), ('ORDER', 'Page of an order'), ('ACCOUNT', 'Customer’s account'), ('MESSAGE', 'Link in a message'), ('STAFF', 'Staff')], max_length=16, verbose_name='where')),
                        ('is_proved', models.BooleanField(help_text='An address that a guest typed counts once the order is paid.', verbose_name='recipient proved')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
                        ('order', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.order', verbose_name='order')),
                        ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='customer')),
                    ],
                    options={
                        'verbose_name': 'marketing consent',
                        'verbose_name_plural': 'marketing consents',
                        'ordering': ['-pk'],
                        'permissions': [('withdraw_consent', 'Record that a customer wants no more news and offers')],
                        'default_permissions': ('view',),
                        'indexes': [models.Index(fields=['channel', 'recipient', 'id'], name='consents_of_recipient'), models.Index(condition=models.Q(('is_given', False)), fields=['at'], name='consents_withdrawn')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('actor__isnull', False), ('is_given', False), ('place', 'STAFF')), models.Q(models.Q(('place', 'STAFF'), _negated=True), ('actor__isnull', True)), _connector='OR'), name='staff_withdraw_only')],
                    },
                ),
                migrations.CreateModel(
                    name='Pin',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=128)),
                        ('set_at', models.DateTimeField()),
                        ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pin', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'PIN',
                        'verbose_name_plural': 'PINs',
                        'default_permissions': (),
                    },
                ),
                migrations.CreateModel(
                    name='Device',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(help_text='Such as “Till 1” or “Door B”.', max_length=60, verbose_name='name')),
                        ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                        ('enrol_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='can be enrolled until')),
                        ('enrolled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='enrolled')),
                        ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='revoked')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='screenings.cinema', verbose_name='cinema')),
                        ('halls', models.ManyToManyField(blank=True, help_text='For a device at a door: the halls behind it. Without any, it admits to every hall.', related_name='+', to='screenings.hall', verbose_name='halls')),
                    ],
                    options={
                        'verbose_name': 'device',
                        'verbose_name_plural': 'devices',
                        'ordering': ['cinema', 'name'],
                        'permissions': [('revoke_device', 'Revoke a device')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('digest', ''), _negated=True), fields=('digest',), name='one_device_a_token'), models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('cinema', 'name'), name='one_device_a_name')],
                    },
                ),
                migrations.AlterField(
                    model_name='user',
                    name='all_cinemas',
                    field=models.BooleanField(default=False, help_text='Can see every cinema. If this is off and no cinemas are chosen, can see none.', verbose_name='all cinemas'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='date_joined',
                    field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='registered'),
                ),
                migrations.AlterField(
                    model_name='user',
                    name='is_active',
                    field=models.BooleanField(default=True, help_text='Accounts are not deleted. To remove access, deactivate them in the list of users.', verbose_name='active'),
                ),
                migrations.AlterModelOptions(
                    name='user',
                    options={'ordering': ['email'], 'permissions': [('switch_off_user', 'Deactivate or reactivate a user')], 'verbose_name': 'user', 'verbose_name_plural': 'users'},
                ),
                migrations.AlterModelOptions(
                    name='user',
                    options={'ordering': ['email'], 'permissions': [('switch_off_user', 'Deactivate or reactivate a user'), ('reset_second_factor', "Reset a colleague's two-step sign-in")], 'verbose_name': 'user', 'verbose_name_plural': 'users'},
                ),
            ],
        ),
        migrations.AddField(
            model_name='user',
            name='cinemas',
            field=models.ManyToManyField(blank=True, help_text='The cinemas whose data this member of staff can see.', related_name='staff', to='screenings.cinema', verbose_name='cinemas'),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='user',
                    name='phone',
                    field=accounts.phones.PhoneField(blank=True, max_length=32, verbose_name='phone'),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_staff', True)), fields=['email'], name='user_staff'),
        ),
    ]
