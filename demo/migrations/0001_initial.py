import cinema.money
import demo.models
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


class AdoptOrCreateModel(migrations.CreateModel):
    """Create a model whose table may exist: `payments` made these tables before the models moved here.

    An existing table is taken over as it is, with its rows. Backwards nothing is dropped, since an older `payments`
    still reads the tables; forwards again adopts them.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        with schema_editor.connection.cursor() as cursor:
            exists = table in schema_editor.connection.introspection.table_names(cursor)
        if not exists:
            super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        pass


def move_content_types(old, new):
    """Content types are rows that name an app and a model: those of `old` become those of `new` and keep their keys."""

    def move(apps, schema_editor):
        rows = apps.get_model('contenttypes', 'ContentType').objects.using(schema_editor.connection.alias)
        for model in ('democharge', 'demorefund'):
            if not rows.filter(app_label=new, model=model).exists():
                rows.filter(app_label=old, model=model).update(app_label=new)

    return move


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('payments', '0002_demo_bank_leaves'),
    ]

    operations = [
        AdoptOrCreateModel(
            name='DemoCharge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=demo.models.new_demo_token, editable=False, max_length=40, unique=True)),
                ('uid', models.UUIDField(unique=True)),
                ('amount', cinema.money.MoneyField()),
                ('description', models.CharField(max_length=200)),
                ('return_url', models.CharField(max_length=500)),
                ('language', models.CharField(blank=True, max_length=8)),
                ('status', models.CharField(choices=[('OPEN', 'Open'), ('PAID', 'Paid'), ('DECLINED', 'Declined'), ('CLOSED', 'Closed')], default='OPEN', max_length=16)),
            ],
            options={
                'db_table': 'payments_democharge',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='demo_charge_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        AdoptOrCreateModel(
            name='DemoRefund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='demo.democharge')),
                ('uid', models.UUIDField(unique=True)),
                ('amount', cinema.money.MoneyField()),
            ],
            options={
                'db_table': 'payments_demorefund',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='demo_refund_bounded', violation_error_message='This value is out of bounds.')],
            },
        ),
        migrations.RunPython(move_content_types('payments', 'demo'), move_content_types('demo', 'payments')),
    ]
