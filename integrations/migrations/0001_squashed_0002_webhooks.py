import accounts.migrations._together
import cinema.money
import django.db.models.deletion
import integrations.models.webhooks
import simple_history.models
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('integrations', '0001_initial'), ('integrations', '0002_webhooks')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('orders', '0019_report_indexes'),
        ('payments', '0011_card_operations'),
        ('screenings', '0020_planned_sessions'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='HistoricalPartner',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('all_cinemas', models.BooleanField(default=False, verbose_name='all cinemas')),
                        ('may_sell', models.BooleanField(default=False, help_text='See seats, hold them, have them paid, and cancel unpaid orders.', verbose_name='may sell')),
                        ('may_refund', models.BooleanField(default=False, help_text='Refund its own orders by the rules for customers.', verbose_name='may refund')),
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
                    name='Partner',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                        ('all_cinemas', models.BooleanField(default=False, verbose_name='all cinemas')),
                        ('may_sell', models.BooleanField(default=False, help_text='See seats, hold them, have them paid, and cancel unpaid orders.', verbose_name='may sell')),
                        ('may_refund', models.BooleanField(default=False, help_text='Refund its own orders by the rules for customers.', verbose_name='may refund')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('cinemas', models.ManyToManyField(blank=True, help_text='Where the partner may sell. Without any, nowhere.', related_name='+', to='screenings.cinema', verbose_name='cinemas')),
                    ],
                    options={
                        'verbose_name': 'partner',
                        'verbose_name_plural': 'partners',
                        'ordering': ['name'],
                        'permissions': [('issue_apikey', 'Make and revoke API keys')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalPartner_cinemas',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema')),
                        ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='integrations.historicalpartner')),
                        ('partner', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='integrations.partner')),
                    ],
                    options={
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='ApiKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('prefix', models.CharField(max_length=12, unique=True, verbose_name='begins with')),
                        ('digest', models.CharField(max_length=64)),
                        ('made_at', models.DateTimeField(verbose_name='made')),
                        ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='valid until')),
                        ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                        ('last_used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                        ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='made by')),
                        ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='revoked by')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='keys', to='integrations.partner', verbose_name='partner')),
                    ],
                    options={
                        'verbose_name': 'API key',
                        'verbose_name_plural': 'API keys',
                        'ordering': ['-made_at', '-id'],
                        'default_permissions': ('view',),
                    },
                ),
                migrations.CreateModel(
                    name='ListedSession',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session_id', models.BigIntegerField(unique=True)),
                        ('film_id', models.BigIntegerField()),
                        ('hall_id', models.BigIntegerField()),
                        ('starts_at', models.DateTimeField(verbose_name='start')),
                        ('ends_at', models.DateTimeField(verbose_name='end')),
                        ('format', models.CharField(max_length=8)),
                        ('language', models.CharField(max_length=8)),
                        ('subtitles', models.CharField(blank=True, max_length=8)),
                        ('price', cinema.money.MoneyField(verbose_name='price')),
                        ('state', models.CharField(choices=[('ON_SALE', 'On sale'), ('STARTED', 'Started'), ('CANCELLED', 'Cancelled'), ('WITHDRAWN', 'Withdrawn')], default='ON_SALE', max_length=16, verbose_name='status')),
                        ('version', models.PositiveIntegerField(default=0)),
                        ('changed_at', models.DateTimeField(verbose_name='changed')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                    ],
                    options={
                        'verbose_name': 'announced screening',
                        'verbose_name_plural': 'announced screenings',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['changed_at', 'id'], name='listed_changed'), models.Index(fields=['state'], name='listed_state')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('price__gte', Decimal('0.00')), ('price__lte', Decimal('99999999.99'))), name='listed_price_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='ApiRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=64)),
                        ('digest', models.CharField(max_length=64)),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='api_requests', to='orders.order', verbose_name='order')),
                        ('refund', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.refund', verbose_name='refund')),
                        ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='integrations.partner', verbose_name='partner')),
                    ],
                    options={
                        'verbose_name': 'API request',
                        'verbose_name_plural': 'API requests',
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('partner', 'key'), name='one_api_request_a_key')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalWebhookEndpoint',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('url', models.URLField(help_text='It has to begin with https://.', max_length=500, verbose_name='address')),
                        ('types', models.JSONField(default=integrations.models.webhooks.all_types, verbose_name='events')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Leave empty for all cinemas.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema', verbose_name='cinema')),
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
                    name='WebhookEndpoint',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                        ('url', models.URLField(help_text='It has to begin with https://.', max_length=500, verbose_name='address')),
                        ('types', models.JSONField(default=integrations.models.webhooks.all_types, verbose_name='events')),
                        ('is_active', models.BooleanField(default=True, verbose_name='active')),
                        ('since', models.DateTimeField(editable=False, verbose_name='told since')),
                        ('secret', models.CharField(blank=True, editable=False, max_length=80)),
                        ('former_secret', models.CharField(blank=True, editable=False, max_length=80)),
                        ('former_until', models.DateTimeField(editable=False, null=True)),
                        ('succeeded_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last success')),
                        ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='failing since')),
                        ('disabled_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='switched off')),
                        ('cinema', models.ForeignKey(blank=True, help_text='Leave empty for all cinemas.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                    ],
                    options={
                        'verbose_name': 'webhook receiver',
                        'verbose_name_plural': 'webhook receivers',
                        'ordering': ['name'],
                        'permissions': [('operate_webhookendpoint', 'Switch webhooks on again, and change their secrets')],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookEvent',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('type', models.CharField(choices=[('order.paid', 'Order paid'), ('refund.paid', 'Refund paid out'), ('session.published', 'Screening on sale'), ('session.changed', 'Screening changed'), ('session.cancelled', 'Screening cancelled'), ('session.withdrawn', 'Screening taken off sale'), ('stock.low', 'Stock low'), ('day.closed', 'Business day closed')], max_length=32, verbose_name='event')),
                        ('subject', models.BigIntegerField()),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('data', models.JSONField(verbose_name='content')),
                        ('cinema', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                    ],
                    options={
                        'verbose_name': 'webhook event',
                        'verbose_name_plural': 'webhook events',
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['at'], name='webhook_event_at')],
                        'constraints': [models.UniqueConstraint(fields=('type', 'subject', 'at'), name='one_webhook_event_a_fact')],
                    },
                ),
                migrations.CreateModel(
                    name='WebhookDelivery',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('status', models.CharField(choices=[('QUEUED', 'Waiting'), ('SENT', 'Sent'), ('FAILED', 'Failed')], default='QUEUED', max_length=16, verbose_name='status')),
                        ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                        ('next_attempt_at', models.DateTimeField(verbose_name='next attempt')),
                        ('claimed_by', models.CharField(blank=True, max_length=64)),
                        ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                        ('answer', models.CharField(blank=True, max_length=200, verbose_name='answer')),
                        ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integrations.webhookendpoint', verbose_name='webhook receiver')),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='integrations.webhookevent', verbose_name='event')),
                    ],
                    options={
                        'verbose_name': 'webhook delivery',
                        'verbose_name_plural': 'webhook deliveries',
                        'ordering': ['-id'],
                        'permissions': [('resend_webhookdelivery', 'Send a webhook again')],
                        'default_permissions': ('view',),
                        'indexes': [models.Index(fields=['status', 'next_attempt_at'], name='webhook_due')],
                        'constraints': [models.UniqueConstraint(fields=('event', 'endpoint'), name='one_delivery_a_receiver')],
                    },
                ),
            ],
        ),
    ]
