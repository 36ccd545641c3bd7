import accounts.migrations._together
import cinema.money
import django.core.validators
import django.db.models.deletion
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('pricing', '0001_forecasts'), ('pricing', '0002_modes'), ('pricing', '0003_fitted_models'), ('pricing', '0004_agreed_shows')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('screenings', '0013_legal_entities'),
        ('screenings', '0016_price_reviews'),
        ('screenings', '0020_planned_sessions'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='ForecastBasis',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('history_hash', models.CharField(max_length=64, verbose_name='hash of the past screenings')),
                        ('model', models.CharField(max_length=40, verbose_name='model')),
                        ('sessions', models.PositiveIntegerField(verbose_name='past screenings')),
                        ('noise', models.FloatField(verbose_name='scatter of counts')),
                        ('spread', models.FloatField(verbose_name='scatter of screenings that look alike')),
                        ('curve', models.JSONField(help_text='Days left, and the share of sales still to come.', verbose_name='booking curve')),
                        ('party_mean', models.FloatField(verbose_name='tickets per order')),
                        ('made_at', models.DateTimeField(verbose_name='first used')),
                    ],
                    options={
                        'verbose_name': 'basis of forecasts',
                        'verbose_name_plural': 'bases of forecasts',
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('history_hash', 'model'), name='one_basis_a_history')],
                    },
                ),
                migrations.CreateModel(
                    name='SessionForecast',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('horizon', models.PositiveSmallIntegerField(verbose_name='days before')),
                        ('made_at', models.DateTimeField(verbose_name='made')),
                        ('sold', models.PositiveIntegerField(verbose_name='sold by then')),
                        ('mean', models.FloatField(verbose_name='expected admissions')),
                        ('p10', models.PositiveIntegerField(help_text='Nine of ten screenings have more.', verbose_name='low end')),
                        ('p50', models.PositiveIntegerField(verbose_name='middle value')),
                        ('p90', models.PositiveIntegerField(help_text='Nine of ten screenings have fewer.', verbose_name='high end')),
                        ('unaided', models.FloatField(verbose_name='expected without advance sales')),
                        ('levels', models.JSONField(help_text='Multiples of what is expected, with probabilities.', verbose_name='levels of demand')),
                        ('naive', models.PositiveIntegerField(help_text='Admissions of the last screening in the same hall on the same weekday and part of the day.', null=True, verbose_name='a week before')),
                        ('reasons', models.JSONField(verbose_name='reasons')),
                        ('basis', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pricing.forecastbasis', verbose_name='basis')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forecasts', to='screenings.session', verbose_name='screening')),
                    ],
                    options={
                        'verbose_name': 'forecast',
                        'verbose_name_plural': 'forecasts',
                        'default_permissions': ('view',),
                        'constraints': [models.UniqueConstraint(fields=('session', 'horizon'), name='one_forecast_a_horizon'), models.CheckConstraint(condition=models.Q(('horizon__in', (14, 7, 3, 1, 0))), name='forecast_horizon_known'), models.CheckConstraint(condition=models.Q(('p10__lte', models.F('p50')), ('p50__lte', models.F('p90'))), name='forecast_band_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalPricingMode',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('mode', models.CharField(choices=[('OFF', 'List price'), ('ADAPTIVE', 'Adaptive price')], default='OFF', max_length=16, verbose_name='mode')),
                        ('lowest_percent', models.PositiveSmallIntegerField(default=80, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='lowest price, percent of the list price')),
                        ('highest_percent', models.PositiveSmallIntegerField(default=130, validators=[django.core.validators.MinValueValidator(100), django.core.validators.MaxValueValidator(300)], verbose_name='highest price, percent of the list price')),
                        ('daily_percent', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='largest change in 24 hours, percent of the list price')),
                        ('step', cinema.money.MoneyField(default=Decimal('10.00'), lowest=Decimal('0.01'), verbose_name='step of prices')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema', verbose_name='cinema')),
                        ('film', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Leave empty for all films of the cinema.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.film', verbose_name='film')),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('session', models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Leave empty for all screenings.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.session', verbose_name='screening')),
                    ],
                    options={
                        'ordering': ['-history_id'],
                        'get_latest_by': 'history_id',
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='PriceFreeze',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reason', models.CharField(max_length=250, verbose_name='reason')),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('ended_at', models.DateTimeField(null=True, verbose_name='ended')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                        ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ended by')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_freezes', to='screenings.session', verbose_name='screening')),
                    ],
                    options={
                        'verbose_name': 'frozen price',
                        'verbose_name_plural': 'frozen prices',
                        'ordering': ['-at', '-pk'],
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('session',), name='one_freeze_a_session')],
                    },
                ),
                migrations.CreateModel(
                    name='PricingMode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('mode', models.CharField(choices=[('OFF', 'List price'), ('ADAPTIVE', 'Adaptive price')], default='OFF', max_length=16, verbose_name='mode')),
                        ('lowest_percent', models.PositiveSmallIntegerField(default=80, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='lowest price, percent of the list price')),
                        ('highest_percent', models.PositiveSmallIntegerField(default=130, validators=[django.core.validators.MinValueValidator(100), django.core.validators.MaxValueValidator(300)], verbose_name='highest price, percent of the list price')),
                        ('daily_percent', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='largest change in 24 hours, percent of the list price')),
                        ('step', cinema.money.MoneyField(default=Decimal('10.00'), lowest=Decimal('0.01'), verbose_name='step of prices')),
                        ('since', models.DateTimeField(editable=False, verbose_name='changed')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pricing_modes', to='screenings.cinema', verbose_name='cinema')),
                        ('film', models.ForeignKey(blank=True, help_text='Leave empty for all films of the cinema.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pricing_modes', to='screenings.film', verbose_name='film')),
                        ('session', models.OneToOneField(blank=True, help_text='Leave empty for all screenings.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='pricing_mode', to='screenings.session', verbose_name='screening')),
                    ],
                    options={
                        'verbose_name': 'pricing mode',
                        'verbose_name_plural': 'pricing modes',
                        'ordering': ['cinema', 'film', 'session'],
                        'permissions': [('freeze_price', 'Freeze the price of a screening')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('film__isnull', True), ('session__isnull', True)), fields=('cinema',), name='one_mode_a_cinema'), models.UniqueConstraint(condition=models.Q(('session__isnull', True)), fields=('cinema', 'film'), name='one_mode_a_cinema_and_film'), models.CheckConstraint(condition=models.Q(('lowest_percent__gte', 1), ('lowest_percent__lte', 100)), name='mode_lowest_percent_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('highest_percent__gte', 100), ('highest_percent__lte', 300)), name='mode_highest_percent_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('daily_percent__gte', 1), ('daily_percent__lte', 100)), name='mode_daily_percent_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('step__gte', Decimal('0.01')), ('step__lte', Decimal('99999999.99'))), name='mode_step_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='FittedModel',
                    fields=[
                        ('basis', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='pricing.forecastbasis')),
                        ('fitted', models.JSONField(help_text='As pricing.fitted_models writes it.')),
                    ],
                    options={
                        'default_permissions': (),
                    },
                ),
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
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('cinema', 'film', 'week'), name='one_agreement_a_film_and_week'), models.CheckConstraint(condition=models.Q(('shows__gte', 1), ('shows__lte', 200)), name='agreed_shows_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
            ],
        ),
    ]
