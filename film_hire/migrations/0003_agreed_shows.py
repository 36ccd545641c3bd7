"""Takes the model of agreed numbers of showings over from `pricing`; its tables stay as they are, with their names."""

import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("film_hire", "0002_advances"),
        ("pricing", "0005_agreed_shows_moved"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='HistoricalAgreedShows',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('week', models.DateField(verbose_name='week from')),
                        ('shows', models.PositiveSmallIntegerField(verbose_name='showings agreed')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                        ('film', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.film', verbose_name='film')),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-history_id'],
                        'get_latest_by': 'history_id',
                        'default_permissions': (),
                        'db_table': 'pricing_historicalagreedshows',
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='AgreedShows',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('week', models.DateField(verbose_name='week from')),
                        ('shows', models.PositiveSmallIntegerField(verbose_name='showings agreed')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                        ('film', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='screenings.film', verbose_name='film')),
                    ],
                    options={
                        'verbose_name': 'agreed number of showings',
                        'verbose_name_plural': 'agreed numbers of showings',
                        'db_table': 'pricing_agreedshows',
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('cinema', 'film', 'week'), name='one_agreement_a_film_and_week'), models.CheckConstraint(condition=models.Q(('shows__gte', 1), ('shows__lte', 200)), name='agreed_shows_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
            ]
        )
    ]
