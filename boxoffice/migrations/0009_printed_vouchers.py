"""Calls the rows of printed vouchers what they are; their table keeps its name."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ('boxoffice', '0008_after_squash'),
        ('orders', '0031_fewer_indexes'),
    ]

    operations = [
        migrations.AlterModelTable(name='voucher', table='boxoffice_voucher'),
        migrations.RenameModel(old_name='Voucher', new_name='PrintedVoucher'),
        migrations.AlterModelOptions(
            name='printedvoucher',
            options={'default_permissions': (), 'ordering': ['-pk'], 'verbose_name': 'printed voucher', 'verbose_name_plural': 'printed vouchers'},
        ),
        migrations.AlterField(
            model_name='printedvoucher',
            name='order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='printed_vouchers', to='orders.order', verbose_name='order'),
        ),
        migrations.AlterField(
            model_name='printedvoucher',
            name='promocode',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='printed_voucher', to='orders.promocode', verbose_name='promo code'),
        ),
    ]
