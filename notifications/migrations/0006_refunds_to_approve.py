from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0005_phones'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('ORDER_PAID', 'Tickets'), ('ORDER_LINK', 'Order link'), ('SIGN_IN', 'Sign-in link'), ('ORDER_OVERDUE', 'Payment overdue'), ('ORDER_CANCELLED', 'Order cancelled'), ('SESSION_CANCELLED', 'Screening cancelled'), ('ORDER_REFUNDED', 'Order refunded'), ('LATE_PAYMENT_REFUNDED', 'Late payment returned'), ('TICKET_REMINDER', 'Screening reminder'), ('POINTS_EXPIRING', 'Points about to expire'), ('LOW_STOCK', 'Low stock'), ('REFUNDS_TO_APPROVE', 'Refunds to approve')], max_length=32, verbose_name='kind'),
        ),
    ]
