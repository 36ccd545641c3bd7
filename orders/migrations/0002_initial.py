import cinema.money
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('concessions', '0001_initial'),
        ('orders', '0001_initial'),
        ('payments', '0001_initial'),
    ]

    operations = [
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
    ]
