import accounts.migrations._together
import cinema.money
import datetime
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import screenings.models.cinemas
import screenings.models.sessions
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('screenings', '0001_initial'), ('screenings', '0002_labels'), ('screenings', '0003_unrated_films'), ('screenings', '0004_year_of_films'), ('screenings', '0005_refunds_held'), ('screenings', '0006_postal_code_of_cinemas'), ('screenings', '0007_highest_age_rating_of_ticket_types'), ('screenings', '0008_permission_labels'), ('screenings', '0009_external_numbers_of_films'), ('screenings', '0010_index_of_held_refunds'), ('screenings', '0011_business_day_of_cinemas'), ('screenings', '0012_session_start_index')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='HistoricalCinema',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('city', models.CharField(blank=True, max_length=120, verbose_name='city')),
                        ('address', models.CharField(blank=True, max_length=250, verbose_name='address')),
                        ('time_zone', models.CharField(choices=screenings.models.cinemas.time_zone_choices, default=screenings.models.cinemas.default_time_zone, max_length=64, validators=[screenings.models.cinemas.loads_as_time_zone], verbose_name='time zone')),
                        ('adverts_minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MaxValueValidator(60)], verbose_name='adverts (minutes)')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('postal_code', models.CharField(blank=True, max_length=20, verbose_name='postal code')),
                        ('day_ends_at', models.TimeField(default=datetime.time(5, 0), help_text='By this cinema’s clock, from 00:00 to 09:00. What happens after midnight and before this time belongs to the day before, in the programme and in reports. Days that are closed stay as they are.', validators=[django.core.validators.MinValueValidator(datetime.time(0, 0)), django.core.validators.MaxValueValidator(datetime.time(9, 0))], verbose_name='business day ends at')),
                        ('week_starts_on', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], default=3, help_text='The weekly reports of this cinema begin on this day.', verbose_name='week starts on')),
                    ],
                    options={
                        'ordering': ['-history_id'],
                        'get_latest_by': 'history_id',
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Cinema',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('city', models.CharField(blank=True, max_length=120, verbose_name='city')),
                        ('address', models.CharField(blank=True, max_length=250, verbose_name='address')),
                        ('time_zone', models.CharField(choices=screenings.models.cinemas.time_zone_choices, default=screenings.models.cinemas.default_time_zone, max_length=64, validators=[screenings.models.cinemas.loads_as_time_zone], verbose_name='time zone')),
                        ('adverts_minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MaxValueValidator(60)], verbose_name='adverts (minutes)')),
                        ('postal_code', models.CharField(blank=True, max_length=20, verbose_name='postal code')),
                        ('day_ends_at', models.TimeField(default=datetime.time(5, 0), help_text='By this cinema’s clock, from 00:00 to 09:00. What happens after midnight and before this time belongs to the day before, in the programme and in reports. Days that are closed stay as they are.', validators=[django.core.validators.MinValueValidator(datetime.time(0, 0)), django.core.validators.MaxValueValidator(datetime.time(9, 0))], verbose_name='business day ends at')),
                        ('week_starts_on', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], default=3, help_text='The weekly reports of this cinema begin on this day.', verbose_name='week starts on')),
                    ],
                    options={
                        'verbose_name': 'cinema',
                        'verbose_name_plural': 'cinemas',
                        'ordering': ['name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('adverts_minutes__gte', 0), ('adverts_minutes__lte', 60)), name='cinema_adverts_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('day_ends_at__gte', datetime.time(0, 0)), ('day_ends_at__lte', datetime.time(9, 0))), name='cinema_day_end_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('week_starts_on__gte', 0), ('week_starts_on__lte', 6)), name='cinema_week_start_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalHall',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('cleaning_minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MaxValueValidator(240)], verbose_name='cleaning (minutes)')),
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
                    name='Hall',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='halls', to='screenings.cinema', verbose_name='cinema')),
                        ('name', models.CharField(max_length=80, verbose_name='name')),
                        ('cleaning_minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MaxValueValidator(240)], verbose_name='cleaning (minutes)')),
                    ],
                    options={
                        'verbose_name': 'hall',
                        'verbose_name_plural': 'halls',
                        'ordering': ['cinema', 'name'],
                        'permissions': [('build_hall', "Build a hall's seats from a plan")],
                        'constraints': [models.UniqueConstraint(fields=('cinema', 'name'), name='one_hall_a_name'), models.CheckConstraint(condition=models.Q(('cleaning_minutes__gte', 0), ('cleaning_minutes__lte', 240)), name='hall_cleaning_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalGenre',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
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
                    name='Genre',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                    ],
                    options={
                        'verbose_name': 'genre',
                        'verbose_name_plural': 'genres',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalFilm',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('duration_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(900)], verbose_name='running time (minutes)')),
                        ('age_rating', models.CharField(blank=True, choices=[('0+', '0+'), ('6+', '6+'), ('12+', '12+'), ('16+', '16+'), ('18+', '18+')], default='0+', help_text='Until a film has a rating, the website neither shows nor sells it.', max_length=3, verbose_name='age rating')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('year', models.PositiveSmallIntegerField(blank=True, help_text='Of production. Tells films with the same title apart.', null=True, validators=[django.core.validators.MinValueValidator(1888), django.core.validators.MaxValueValidator(2155)], verbose_name='year')),
                        ('external_id', models.CharField(blank=True, help_text='Of the film in another catalogue, such as the number of its distribution licence.', max_length=60, verbose_name='external number')),
                    ],
                    options={
                        'ordering': ['-history_id'],
                        'get_latest_by': 'history_id',
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Film',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('title', models.CharField(max_length=200, verbose_name='title')),
                        ('duration_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(900)], verbose_name='running time (minutes)')),
                        ('age_rating', models.CharField(blank=True, choices=[('0+', '0+'), ('6+', '6+'), ('12+', '12+'), ('16+', '16+'), ('18+', '18+')], default='0+', help_text='Until a film has a rating, the website neither shows nor sells it.', max_length=3, verbose_name='age rating')),
                        ('genres', models.ManyToManyField(blank=True, related_name='films', to='screenings.genre', verbose_name='genres')),
                        ('year', models.PositiveSmallIntegerField(blank=True, help_text='Of production. Tells films with the same title apart.', null=True, validators=[django.core.validators.MinValueValidator(1888), django.core.validators.MaxValueValidator(2155)], verbose_name='year')),
                        ('external_id', models.CharField(blank=True, help_text='Of the film in another catalogue, such as the number of its distribution licence.', max_length=60, verbose_name='external number')),
                    ],
                    options={
                        'verbose_name': 'film',
                        'verbose_name_plural': 'films',
                        'ordering': ['title', 'year'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('duration_minutes__gte', 1), ('duration_minutes__lte', 900)), name='film_duration_bounded', violation_error_message='This value is out of bounds.'), models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='one_film_an_external_number', violation_error_message='Another film has this external number. Check which one is right.')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalFilm_genres',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('film', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.film')),
                        ('genre', models.ForeignKey(blank=True, db_constraint=False, db_tablespace='', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.genre')),
                        ('history', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, to='screenings.historicalfilm')),
                        ('m2m_history_id', models.AutoField(primary_key=True, serialize=False)),
                    ],
                    options={
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='Seat',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='screenings.hall', verbose_name='hall')),
                        ('row', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='row')),
                        ('number', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='number')),
                        ('kind', models.CharField(choices=[('STANDARD', 'Standard'), ('VIP', 'VIP'), ('LOVE_SEAT', 'Love seat'), ('WHEELCHAIR', 'Wheelchair space'), ('COMPANION', 'Companion seat')], default='STANDARD', max_length=16, verbose_name='kind')),
                        ('place', models.PositiveSmallIntegerField(default=0, verbose_name='position in the row')),
                    ],
                    options={
                        'verbose_name': 'seat',
                        'verbose_name_plural': 'seats',
                        'ordering': ['hall', 'row', 'number'],
                        'constraints': [models.UniqueConstraint(fields=('hall', 'row', 'number'), name='one_seat_a_number'), models.CheckConstraint(condition=models.Q(('row__gte', 1), ('row__lte', 999)), name='seat_row_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 999)), name='seat_number_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='SeatOutage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outages', to='screenings.seat', verbose_name='seat')),
                        ('since', models.DateTimeField(verbose_name='off sale from')),
                        ('until', models.DateTimeField(blank=True, help_text='Leave empty to keep it off sale until someone puts it back.', null=True, verbose_name='off sale until')),
                        ('reason', models.CharField(max_length=250, verbose_name='reason')),
                        ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                    ],
                    options={
                        'verbose_name': 'seat off sale',
                        'verbose_name_plural': 'seats off sale',
                        'ordering': ['-since', '-id'],
                        'permissions': [('take_out_seat', 'Take seats off sale, or put them back on sale')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('since')), _connector='OR'), name='seat_outage_times_in_order')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalSeatSurcharge',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('STANDARD', 'Standard'), ('VIP', 'VIP'), ('LOVE_SEAT', 'Love seat'), ('WHEELCHAIR', 'Wheelchair space'), ('COMPANION', 'Companion seat')], max_length=16, verbose_name='seat kind')),
                        ('amount', cinema.money.MoneyField(verbose_name='surcharge')),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema', verbose_name='cinema')),
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
                    name='SeatSurcharge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seat_surcharges', to='screenings.cinema', verbose_name='cinema')),
                        ('kind', models.CharField(choices=[('STANDARD', 'Standard'), ('VIP', 'VIP'), ('LOVE_SEAT', 'Love seat'), ('WHEELCHAIR', 'Wheelchair space'), ('COMPANION', 'Companion seat')], max_length=16, verbose_name='seat kind')),
                        ('amount', cinema.money.MoneyField(verbose_name='surcharge')),
                    ],
                    options={
                        'verbose_name': 'seat surcharge',
                        'verbose_name_plural': 'seat surcharges',
                        'ordering': ['cinema', 'kind'],
                        'constraints': [models.UniqueConstraint(fields=('cinema', 'kind'), name='one_surcharge_a_seat_kind'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='surcharge_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalTicketType',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                        ('price_percent', models.PositiveSmallIntegerField(default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='percentage of the price')),
                        ('is_active', models.BooleanField(default=True, verbose_name='on sale')),
                        ('sold_to', models.CharField(choices=[('ANYBODY', 'Anybody'), ('COMPANION', 'Companions of wheelchair users'), ('TILL', 'Box office only')], default='ANYBODY', max_length=16, verbose_name='sold online to')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('highest_rating', models.CharField(blank=True, choices=[('0+', '0+'), ('6+', '6+'), ('12+', '12+'), ('16+', '16+'), ('18+', '18+')], help_text='Not sold for films with a higher rating, for example 12+ for children. Leave empty for all films.', max_length=3, verbose_name='up to age rating')),
                    ],
                    options={
                        'ordering': ['-history_id'],
                        'get_latest_by': 'history_id',
                        'default_permissions': (),
                    },
                    bases=(simple_history.models.HistoricalChanges, models.Model),
                ),
                migrations.CreateModel(
                    name='TicketType',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                        ('price_percent', models.PositiveSmallIntegerField(default=100, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='percentage of the price')),
                        ('is_active', models.BooleanField(default=True, verbose_name='on sale')),
                        ('sold_to', models.CharField(choices=[('ANYBODY', 'Anybody'), ('COMPANION', 'Companions of wheelchair users'), ('TILL', 'Box office only')], default='ANYBODY', max_length=16, verbose_name='sold online to')),
                        ('highest_rating', models.CharField(blank=True, choices=[('0+', '0+'), ('6+', '6+'), ('12+', '12+'), ('16+', '16+'), ('18+', '18+')], help_text='Not sold for films with a higher rating, for example 12+ for children. Leave empty for all films.', max_length=3, verbose_name='up to age rating')),
                    ],
                    options={
                        'verbose_name': 'ticket type',
                        'verbose_name_plural': 'ticket types',
                        'ordering': ['-price_percent', 'name'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('price_percent__gte', 0), ('price_percent__lte', 100)), name='ticket_type_percent_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalSession',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('start_datetime', models.DateTimeField(verbose_name='start')),
                        ('ticket_price', cinema.money.MoneyField(verbose_name='ticket price')),
                        ('format', models.CharField(choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], default='2D', max_length=8, verbose_name='format')),
                        ('language', models.CharField(default='ru', max_length=8, verbose_name='language')),
                        ('subtitles', models.CharField(blank=True, max_length=8, verbose_name='subtitles')),
                        ('film', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.film', verbose_name='film')),
                        ('hall', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.hall', verbose_name='hall')),
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
                    name='Session',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('film', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='screenings.film', verbose_name='film')),
                        ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='screenings.hall', verbose_name='hall')),
                        ('start_datetime', models.DateTimeField(verbose_name='start')),
                        ('end_datetime', models.DateTimeField(help_text='When the adverts and the film end.', verbose_name='end')),
                        ('free_from', models.DateTimeField(help_text='When cleaning is done.', verbose_name='hall free from')),
                        ('ticket_price', cinema.money.MoneyField(verbose_name='ticket price')),
                        ('format', models.CharField(choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], default='2D', max_length=8, verbose_name='format')),
                        ('language', models.CharField(default='ru', max_length=8, verbose_name='language')),
                        ('subtitles', models.CharField(blank=True, max_length=8, verbose_name='subtitles')),
                        ('status', models.CharField(choices=[('SCHEDULED', 'Scheduled'), ('ONGOING', 'Running'), ('COMPLETED', 'Finished'), ('CANCELLED', 'Cancelled')], default='SCHEDULED', max_length=16, verbose_name='status')),
                        ('cancelled_at', models.DateTimeField(blank=True, null=True, verbose_name='cancelled')),
                        ('cancel_reason', models.CharField(blank=True, max_length=250, verbose_name='cancellation reason')),
                        ('cancelled_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cancelled by')),
                        ('archived_at', models.DateTimeField(blank=True, null=True, verbose_name='archived')),
                        ('refunds_held', models.BooleanField(default=False, help_text='Customers of this cancelled screening are refunded once a second person has approved it.', verbose_name='refunds await approval')),
                    ],
                    options={
                        'verbose_name': 'screening',
                        'verbose_name_plural': 'screenings',
                        'ordering': ['start_datetime', 'hall'],
                        'permissions': [('schedule_session', 'Schedule a screening'), ('copy_sessions', 'Copy a day or a week of screenings'), ('cancel_session', 'Cancel a screening')],
                        'indexes': [models.Index(fields=['archived_at', 'status', 'end_datetime'], name='session_life'), models.Index(fields=['archived_at', 'status', 'start_datetime'], name='session_programme'), models.Index(fields=['hall', 'start_datetime'], name='session_hall_timetable'), models.Index(condition=models.Q(('refunds_held', True)), fields=['hall'], name='session_refunds_held'), models.Index(fields=['start_datetime', 'id'], name='session_start')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('end_datetime__gt', models.F('start_datetime')), ('free_from__gte', models.F('end_datetime'))), name='session_times_in_order'), models.CheckConstraint(condition=models.Q(('ticket_price__gte', Decimal('0.00')), ('ticket_price__lte', Decimal('99999999.99'))), name='session_price_bounded', violation_error_message='This value is out of bounds.'), screenings.models.sessions.OnPostgreSQL(condition=models.Q(('status', 'CANCELLED'), _negated=True), expressions=[(screenings.models.sessions.Int8Range('hall_id', 'hall_id'), '&&'), (screenings.models.sessions.TstzRange('start_datetime', 'free_from'), '&&')], name='one_session_a_hall_at_a_time')],
                    },
                ),
                migrations.CreateModel(
                    name='SessionSummary',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='summary', to='screenings.session', verbose_name='screening')),
                        ('capacity', models.PositiveIntegerField(verbose_name='capacity')),
                        ('sold', models.PositiveIntegerField(verbose_name='sold')),
                        ('used', models.PositiveIntegerField(verbose_name='attended')),
                        ('no_show', models.PositiveIntegerField(verbose_name='no-shows')),
                        ('refunded', models.PositiveIntegerField(verbose_name='refunded')),
                        ('gross', cinema.money.MoneyField(highest=Decimal('9999999999.00'), verbose_name='gross')),
                        ('net', cinema.money.MoneyField(highest=Decimal('9999999999.00'), verbose_name='net')),
                    ],
                    options={
                        'verbose_name': 'screening summary',
                        'verbose_name_plural': 'screening summaries',
                        'constraints': [models.CheckConstraint(condition=models.Q(('sold', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('used'), '+', models.F('no_show')), '+', models.F('refunded')))), name='summary_adds_up'), models.CheckConstraint(condition=models.Q(('net__lte', models.F('gross'))), name='summary_net_within_gross')],
                    },
                ),
            ],
        ),
    ]
