import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('screenings', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='cinemas',
            field=models.ManyToManyField(blank=True, help_text='The cinemas whose rows a member of staff sees.', related_name='staff', to='screenings.cinema', verbose_name='cinemas'),
        ),
        migrations.CreateModel(
            name='HistoricalUser',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('all_cinemas', models.BooleanField(default=False, help_text='Sees every cinema; without this and without a list, none.', verbose_name='all cinemas')),
                ('is_staff', models.BooleanField(default=False, verbose_name='member of staff')),
                ('is_active', models.BooleanField(default=True, help_text='Switch a person off instead of deleting the account.', verbose_name='active')),
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
                ('cinema', models.ForeignKey(blank=True, help_text='Empty: of the whole chain.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                ('content_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='contenttypes.contenttype')),
                ('object_id', models.CharField(max_length=20)),
                ('action', models.CharField(max_length=40)),
                ('about', models.CharField(max_length=200, verbose_name='about')),
                ('facts', models.JSONField(default=list, verbose_name='what was asked for')),
                ('given', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('ASKED', 'Waits for a second person'), ('APPROVED', 'Approved and done'), ('REFUSED', 'Refused')], default='ASKED', max_length=16, verbose_name='status')),
                ('asked_at', models.DateTimeField(verbose_name='asked')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('why', models.CharField(blank=True, max_length=250, verbose_name='why not')),
            ],
            options={
                'verbose_name': 'second signature',
                'verbose_name_plural': 'second signatures',
                'ordering': ['-asked_at', '-id'],
                'permissions': [('decide_approval', 'Give or refuse a second signature')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['status', 'asked_at'], name='approval_waiting')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'ASKED')), fields=('content_type', 'object_id', 'action'), name='one_open_approval_an_action'), models.CheckConstraint(condition=models.Q(('decided_by__isnull', True), models.Q(('decided_by', models.F('asked_by')), _negated=True), _connector='OR'), name='approved_by_a_second_person')],
            },
        ),
    ]
