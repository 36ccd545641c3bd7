import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('ORDER_PAID', 'Tickets'), ('ORDER_LINK', 'Link to an order'), ('SIGN_IN', 'Link to sign in'), ('ORDER_OVERDUE', 'Payment is overdue'), ('ORDER_CANCELLED', 'Order is cancelled'), ('SESSION_CANCELLED', 'Session is cancelled'), ('ORDER_REFUNDED', 'Order is refunded'), ('LATE_PAYMENT_REFUNDED', 'Late payment is returned'), ('TICKET_REMINDER', 'Reminder of a session'), ('POINTS_EXPIRING', 'Points are about to expire'), ('LOW_STOCK', 'Stock is low')], max_length=32, verbose_name='kind')),
                ('recipient', models.CharField(help_text='An e-mail address or a phone number', max_length=254, verbose_name='recipient')),
                ('occasion', models.CharField(help_text='What it tells of: the same occasion is told a recipient once', max_length=200, verbose_name='occasion')),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('context', models.JSONField(default=dict, help_text='What the words are filled with', verbose_name='facts')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('status', models.CharField(choices=[('QUEUED', 'Queued'), ('SENDING', 'Being sent'), ('SENT', 'Sent'), ('FAILED', 'Failed'), ('OUTDATED', 'Outdated')], default='QUEUED', max_length=10, verbose_name='status')),
                ('attempts', models.PositiveSmallIntegerField(default=0, verbose_name='attempts')),
                ('created_at', models.DateTimeField(verbose_name='created')),
                ('not_after', models.DateTimeField(blank=True, help_text='Useless later, and not sent then', null=True, verbose_name='not after')),
                ('next_attempt_at', models.DateTimeField(verbose_name='next attempt')),
                ('claimed_by', models.CharField(blank=True, default='', max_length=64, verbose_name='sender')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('error', models.CharField(blank=True, default='', max_length=200, verbose_name='error')),
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
