import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('notifications', '0001_initial'), ('notifications', '0002_labels'), ('notifications', '0003_message_cinema'), ('notifications', '0004_no_secrets_in_sent_messages'), ('notifications', '0005_phones'), ('notifications', '0006_refunds_to_approve'), ('notifications', '0007_staff_password'), ('notifications', '0008_times_and_addresses'), ('notifications', '0009_staff_account'), ('notifications', '0010_more_phones'), ('notifications', '0011_scheduled_reports'), ('notifications', '0012_film_hire_statements')]

    initial = True

    dependencies = [
        ('screenings', '0002_labels'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ORDER_PAID', 'Tickets'), ('ORDER_LINK', 'Order link'), ('SIGN_IN', 'Sign-in link'), ('STAFF_PASSWORD', 'Link to set a staff password'), ('STAFF_ACCOUNT', 'Change of a staff account'), ('ORDER_OVERDUE', 'Payment overdue'), ('ORDER_CANCELLED', 'Order cancelled'), ('SESSION_CANCELLED', 'Screening cancelled'), ('SESSION_TIME_CHANGED', 'Screening time corrected'), ('ADDRESS_CHANGED', 'Email of an order corrected'), ('ORDER_REFUNDED', 'Order refunded'), ('LATE_PAYMENT_REFUNDED', 'Late payment returned'), ('TICKET_REMINDER', 'Screening reminder'), ('POINTS_EXPIRING', 'Points about to expire'), ('LOW_STOCK', 'Low stock'), ('REFUNDS_TO_APPROVE', 'Refunds to approve'), ('SCHEDULED_REPORT', 'Scheduled report'), ('FILM_HIRE_STATEMENT', 'Film hire statement')], max_length=32, verbose_name='kind')),
                ('recipient', models.CharField(help_text='E-mail address or phone number', max_length=254, verbose_name='recipient')),
                ('occasion', models.CharField(help_text='What the message is about. A recipient gets one message of this kind per event.', max_length=200, verbose_name='event')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('context', models.JSONField(default=dict, help_text='Data used to fill in the message', verbose_name='details')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('status', models.CharField(choices=[('QUEUED', 'Queued'), ('SENDING', 'Sending'), ('SENT', 'Sent'), ('FAILED', 'Failed'), ('OUTDATED', 'Outdated')], default='QUEUED', max_length=10, verbose_name='status')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('not_after', models.DateTimeField(blank=True, help_text='After this time the message is out of date and is not sent.', null=True, verbose_name='send no later than')),
                ('next_attempt_at', models.DateTimeField(verbose_name='next attempt')),
                ('claimed_by', models.CharField(blank=True, default='', max_length=64, verbose_name='sent by')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('error', models.CharField(blank=True, default='', max_length=200, verbose_name='error')),
                ('cinema', models.ForeignKey(blank=True, help_text='Leave empty for the whole chain.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                ('only_for', models.JSONField(blank=True, editable=False, null=True)),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'permissions': [('resend_notification', 'Send a failed message again')],
                'indexes': [models.Index(fields=['status', 'next_attempt_at'], name='notification_due')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'recipient', 'occasion'), name='notification_one_an_occasion'), models.CheckConstraint(condition=models.Q(('attempts__gte', 0), ('attempts__lte', 100)), name='notification_attempts_bounded'), models.CheckConstraint(condition=models.Q(('status__in', ['QUEUED', 'SENDING', 'SENT', 'FAILED', 'OUTDATED'])), name='notification_status_known')],
            },
        ),
    ]
