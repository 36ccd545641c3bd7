import cinema.money
import django.db.models.deletion
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


def name_superusers(apps, schema_editor):
    """Who runs a chain that is open already is an approver, as the first superuser of a new one is."""
    AccountChange, User = apps.get_model("accounts", "AccountChange"), apps.get_model("accounts", "User")
    superusers = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    AccountChange.objects.bulk_create(
        [AccountChange(account=one, kind="NAMED", at=timezone.now()) for one in superusers]
    )


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_labels'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('CREATED', 'Account created'), ('PASSWORD', 'Password set'), ('ADDRESS', 'E-mail address changed'), ('ACCESS', 'Roles or cinemas changed'), ('REACTIVATED', 'Account reactivated'), ('NAMED', 'Named as an approver')], max_length=16, verbose_name='change')),
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
        migrations.RunPython(name_superusers, migrations.RunPython.noop),
    ]
