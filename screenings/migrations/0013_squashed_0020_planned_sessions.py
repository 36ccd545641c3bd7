import accounts.migrations._together
import cinema.money
import django.core.validators
import django.db.models.deletion
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('screenings', '0013_legal_entities'), ('screenings', '0014_price_quotes'), ('screenings', '0015_price_lists'), ('screenings', '0016_price_reviews'), ('screenings', '0017_film_facts'), ('screenings', '0018_adaptive_quotes'), ('screenings', '0019_terms_by_channel'), ('screenings', '0020_planned_sessions')]

    dependencies = [
        ('accounts', '__first__'),
        ('payments', '0009_legal_entities'),
        ('screenings', '0012_session_start_index'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='PriceQuote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField(verbose_name='time')),
                        ('price', cinema.money.MoneyField(verbose_name='price')),
                        ('list_price', cinema.money.MoneyField(verbose_name='list price')),
                        ('lowest', cinema.money.MoneyField(verbose_name='lowest price')),
                        ('highest', cinema.money.MoneyField(verbose_name='highest price')),
                        ('inputs', models.JSONField(verbose_name='inputs')),
                        ('inputs_hash', models.CharField(max_length=64, verbose_name='hash of the inputs')),
                        ('reasons', models.JSONField(verbose_name='reasons')),
                        ('policy', models.CharField(max_length=40, verbose_name='policy')),
                        ('version', models.CharField(max_length=40, verbose_name='version of the rules')),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_quotes', to='screenings.session', verbose_name='screening')),
                        ('is_adaptive', models.BooleanField(default=True, verbose_name='adaptive')),
                    ],
                    options={
                        'verbose_name': 'price quote',
                        'verbose_name_plural': 'price quotes',
                        'default_permissions': ('view',),
                        'ordering': ['session', '-at'],
                        'constraints': [models.UniqueConstraint(fields=('session', 'at'), name='one_price_quote_a_session_and_time'), models.CheckConstraint(condition=models.Q(('price__gte', Decimal('0.00')), ('price__lte', Decimal('99999999.99'))), name='price_quote_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('list_price__gte', Decimal('0.00')), ('list_price__lte', Decimal('99999999.99'))), name='price_quote_list_price_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('lowest__gte', Decimal('0.00')), ('lowest__lte', Decimal('99999999.99'))), name='price_quote_lowest_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('highest__gte', Decimal('0.00')), ('highest__lte', Decimal('99999999.99'))), name='price_quote_highest_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='Holiday',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('day', models.DateField(unique=True, verbose_name='day')),
                        ('name', models.CharField(max_length=60, verbose_name='name')),
                    ],
                    options={
                        'verbose_name': 'holiday',
                        'verbose_name_plural': 'holidays',
                        'ordering': ['day'],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalHoliday',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('day', models.DateField(verbose_name='day')),
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
                    name='HistoricalPriceList',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('valid_from', models.DateField(help_text='The first business day of the screenings that get these prices.', verbose_name='valid from')),
                        ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('cinema', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.cinema', verbose_name='cinema')),
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
                    name='HistoricalPriceRow',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField(default=10, help_text='The first row that fits a screening applies.', verbose_name='position')),
                        ('name', models.CharField(help_text='Such as “Weekend evenings”.', max_length=60, verbose_name='name')),
                        ('price', cinema.money.MoneyField(verbose_name='price')),
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
                    name='PriceList',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('valid_from', models.DateField(help_text='The first business day of the screenings that get these prices.', verbose_name='valid from')),
                        ('published_at', models.DateTimeField(editable=False, null=True, verbose_name='published')),
                        ('cinema', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='price_lists', to='screenings.cinema', verbose_name='cinema')),
                        ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
                    ],
                    options={
                        'verbose_name': 'price list',
                        'verbose_name_plural': 'price lists',
                        'ordering': ['cinema', '-valid_from'],
                        'permissions': [('publish_pricelist', 'Publish a price list'), ('apply_pricelist', 'Apply a price list to screenings with tickets sold')],
                        'constraints': [models.UniqueConstraint(fields=('cinema', 'valid_from'), name='one_price_list_a_cinema_and_day', violation_error_message='This cinema already has a price list from this day.')],
                    },
                ),
                migrations.CreateModel(
                    name='PriceRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('position', models.PositiveSmallIntegerField(default=10, help_text='The first row that fits a screening applies.', verbose_name='position')),
                        ('name', models.CharField(help_text='Such as “Weekend evenings”.', max_length=60, verbose_name='name')),
                        ('weekdays', models.CharField(blank=True, max_length=7, verbose_name='weekdays')),
                        ('starts_from', models.TimeField(blank=True, null=True, verbose_name='starts from')),
                        ('starts_before', models.TimeField(blank=True, help_text='May be after midnight, such as 02:00.', null=True, verbose_name='starts before')),
                        ('holidays', models.CharField(blank=True, choices=[('', 'Any day'), ('ONLY', 'Holidays only'), ('NEVER', 'Not on holidays')], default='', max_length=8, verbose_name='holidays')),
                        ('format', models.CharField(blank=True, choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], max_length=8, verbose_name='format')),
                        ('week_from', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='film’s week from')),
                        ('week_until', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(99)], verbose_name='film’s week until')),
                        ('price', cinema.money.MoneyField(verbose_name='price')),
                        ('hall', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='price_rows', to='screenings.hall', verbose_name='hall')),
                        ('price_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='screenings.pricelist', verbose_name='price list')),
                    ],
                    options={
                        'verbose_name': 'price row',
                        'verbose_name_plural': 'price rows',
                        'ordering': ['price_list', 'position', 'pk'],
                        'constraints': [models.CheckConstraint(condition=models.Q(('price__gte', Decimal('0.00')), ('price__lte', Decimal('99999999.99'))), name='price_row_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('week_from__isnull', True), ('week_until__isnull', True), ('week_from__lte', models.F('week_until')), _connector='OR'), name='price_row_weeks_in_order', violation_error_message='The last week can’t be before the first.')],
                    },
                ),
                migrations.CreateModel(
                    name='RowSurcharge',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('STANDARD', 'Standard'), ('VIP', 'VIP'), ('LOVE_SEAT', 'Love seat'), ('WHEELCHAIR', 'Wheelchair space'), ('COMPANION', 'Companion seat')], max_length=16, verbose_name='seat kind')),
                        ('amount', cinema.money.MoneyField(verbose_name='surcharge')),
                        ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='surcharges', to='screenings.pricerow', verbose_name='price row')),
                    ],
                    options={
                        'verbose_name': 'seat surcharge',
                        'verbose_name_plural': 'seat surcharges: others are those of the cinema',
                        'ordering': ['row', 'kind'],
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('row', 'kind'), name='one_surcharge_a_row_and_seat_kind'), models.CheckConstraint(condition=models.Q(('amount__gte', Decimal('0.00')), ('amount__lte', Decimal('99999999.99'))), name='row_surcharge_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.CreateModel(
                    name='TicketTypeTerm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='percentage of the price')),
                        ('fixed_price', cinema.money.MoneyField(blank=True, null=True, verbose_name='fixed price')),
                        ('row', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ticket_types', to='screenings.pricerow', verbose_name='price row')),
                        ('ticket_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.tickettype', verbose_name='ticket type')),
                        ('channel', models.CharField(blank=True, choices=[('', 'Everywhere'), ('ONLINE', 'Online'), ('BOX_OFFICE', 'Box office')], default='', help_text='Unpaid bookings count as box office.', max_length=16, verbose_name='where it is sold')),
                    ],
                    options={
                        'verbose_name': 'ticket type',
                        'verbose_name_plural': 'ticket types: leave both amounts empty for “not sold”',
                        'ordering': ['row', 'pk'],
                        'default_permissions': (),
                        'constraints': [models.CheckConstraint(condition=models.Q(('percent__isnull', True), ('fixed_price__isnull', True), _connector='OR'), name='term_of_one_kind', violation_error_message='Enter a percentage or a fixed price, not both.'), models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='term_percent_bounded', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('fixed_price__gte', Decimal('0.00')), ('fixed_price__lte', Decimal('99999999.99'))), name='term_fixed_price_bounded', violation_error_message='This value is out of bounds.'), models.UniqueConstraint(fields=('row', 'ticket_type', 'channel'), name='one_term_a_row_ticket_type_and_channel')],
                    },
                ),
                migrations.CreateModel(
                    name='Distributor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, unique=True, verbose_name='name')),
                        ('tax_number', models.CharField(blank=True, max_length=20, verbose_name='tax number')),
                    ],
                    options={
                        'verbose_name': 'distributor',
                        'verbose_name_plural': 'distributors',
                        'ordering': ['name'],
                    },
                ),
                migrations.CreateModel(
                    name='FilmCertificate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('format', models.CharField(blank=True, choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], help_text='Leave empty for every format.', max_length=8, verbose_name='format')),
                        ('language', models.CharField(blank=True, help_text='A code such as en. Leave empty for every language.', max_length=8, verbose_name='language')),
                        ('number', models.CharField(max_length=40, verbose_name='certificate number')),
                        ('film', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='certificates', to='screenings.film', verbose_name='film')),
                    ],
                    options={
                        'verbose_name': 'certificate of a version',
                        'verbose_name_plural': 'certificates of versions',
                        'ordering': ['film', 'format', 'language'],
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('film', 'format', 'language'), name='one_certificate_a_version', violation_error_message='There is already a certificate for this version.'), models.CheckConstraint(condition=models.Q(('number', ''), _negated=True), name='certificate_has_a_number'), models.CheckConstraint(condition=models.Q(('format', ''), ('language', ''), _negated=True), name='certificate_of_a_version')],
                    },
                ),
                migrations.CreateModel(
                    name='FormatCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('system', models.CharField(choices=[('EAIS', 'EAIS'), ('PROJECTION', 'Projection'), ('DISTRIBUTORS', 'Distributors'), ('LISTINGS', 'Listings')], max_length=16, verbose_name='system')),
                        ('format', models.CharField(choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], max_length=8, verbose_name='format')),
                        ('code', models.CharField(max_length=40, verbose_name='code')),
                    ],
                    options={
                        'verbose_name': 'format code',
                        'verbose_name_plural': 'format codes',
                        'ordering': ['system', 'format'],
                        'constraints': [models.UniqueConstraint(fields=('system', 'format'), name='one_code_a_system_and_format')],
                    },
                ),
                migrations.CreateModel(
                    name='HistoricalDistributor',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('name', models.CharField(max_length=120, verbose_name='name')),
                        ('tax_number', models.CharField(blank=True, max_length=20, verbose_name='tax number')),
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
                    name='HistoricalFilmCertificate',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('format', models.CharField(blank=True, choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], help_text='Leave empty for every format.', max_length=8, verbose_name='format')),
                        ('language', models.CharField(blank=True, help_text='A code such as en. Leave empty for every language.', max_length=8, verbose_name='language')),
                        ('number', models.CharField(max_length=40, verbose_name='certificate number')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
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
                    name='HistoricalFormatCode',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('system', models.CharField(choices=[('EAIS', 'EAIS'), ('PROJECTION', 'Projection'), ('DISTRIBUTORS', 'Distributors'), ('LISTINGS', 'Listings')], max_length=16, verbose_name='system')),
                        ('format', models.CharField(choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], max_length=8, verbose_name='format')),
                        ('code', models.CharField(max_length=40, verbose_name='code')),
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
                    name='HistoricalPlannedSession',
                    fields=[
                        ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                        ('start_datetime', models.DateTimeField(verbose_name='start')),
                        ('ticket_price', cinema.money.MoneyField(verbose_name='ticket price')),
                        ('format', models.CharField(choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], default='2D', max_length=8, verbose_name='format')),
                        ('language', models.CharField(default='ru', max_length=8, verbose_name='language')),
                        ('subtitles', models.CharField(blank=True, max_length=8, verbose_name='subtitles')),
                        ('no_certificate_reason', models.CharField(blank=True, help_text='For a film without a distribution certificate, such as one of a festival.', max_length=250, verbose_name='reason for no certificate')),
                        ('history_id', models.AutoField(primary_key=True, serialize=False)),
                        ('history_date', models.DateTimeField()),
                        ('history_change_reason', models.CharField(max_length=100, null=True)),
                        ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                        ('film', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.film', verbose_name='film')),
                        ('hall', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.hall', verbose_name='hall')),
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
                    name='PlannedSession',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('start_datetime', models.DateTimeField(verbose_name='start')),
                        ('ticket_price', cinema.money.MoneyField(verbose_name='ticket price')),
                        ('format', models.CharField(choices=[('2D', '2D'), ('3D', '3D'), ('IMAX', 'IMAX')], default='2D', max_length=8, verbose_name='format')),
                        ('language', models.CharField(default='ru', max_length=8, verbose_name='language')),
                        ('subtitles', models.CharField(blank=True, max_length=8, verbose_name='subtitles')),
                        ('no_certificate_reason', models.CharField(blank=True, help_text='For a film without a distribution certificate, such as one of a festival.', max_length=250, verbose_name='reason for no certificate')),
                        ('film', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.film', verbose_name='film')),
                        ('hall', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.hall', verbose_name='hall')),
                        ('price_row', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.pricerow', verbose_name='price row')),
                        ('session', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.session', verbose_name='screening')),
                    ],
                    options={
                        'verbose_name': 'draft screening',
                        'verbose_name_plural': 'week planner',
                        'ordering': ['start_datetime', 'hall'],
                        'indexes': [models.Index(condition=models.Q(('session__isnull', True)), fields=['hall', 'start_datetime'], name='draft_timetable')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('ticket_price__gte', Decimal('0.00')), ('ticket_price__lte', Decimal('99999999.99'))), name='draft_price_bounded', violation_error_message='This value is out of bounds.')],
                    },
                ),
                migrations.AlterField(
                    model_name='film',
                    name='external_id',
                    field=models.CharField(blank=True, help_text='Of the film in the system from which you import films.', max_length=60, verbose_name='external number'),
                ),
                migrations.AlterField(
                    model_name='historicalfilm',
                    name='external_id',
                    field=models.CharField(blank=True, help_text='Of the film in the system from which you import films.', max_length=60, verbose_name='external number'),
                ),
            ],
        ),
        migrations.AddField(
            model_name='cinema',
            name='legal_entity',
            field=models.ForeignKey(blank=True, help_text='Who sells here, for receipts and accounts.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cinemas', to='payments.legalentity', verbose_name='legal entity'),
        ),
        migrations.AddField(
            model_name='historicalcinema',
            name='legal_entity',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, help_text='Who sells here, for receipts and accounts.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='payments.legalentity', verbose_name='legal entity'),
        ),
        migrations.AddField(
            model_name='session',
            name='quoted_price',
            field=cinema.money.MoneyField(editable=False, null=True, verbose_name='current price'),
        ),
        migrations.AddField(
            model_name='session',
            name='price_quote',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='screenings.pricequote', verbose_name='price quote'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(('quoted_price__gte', Decimal('0.00')), ('quoted_price__lte', Decimal('99999999.99'))), name='session_quoted_price_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddConstraint(
            model_name='session',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('price_quote__isnull', True), ('quoted_price__isnull', True)), models.Q(('price_quote__isnull', False), ('quoted_price__isnull', False)), _connector='OR'), name='session_quoted_with_its_quote'),
        ),
        migrations.AddField(
            model_name='session',
            name='price_row',
            field=models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='screenings.pricerow', verbose_name='price row'),
        ),
        migrations.AddField(
            model_name='film',
            name='minimum_price',
            field=cinema.money.MoneyField(blank=True, help_text='Agreed with the distributor: adaptive prices of a full ticket never fall below it.', null=True, verbose_name='agreed minimum price'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='minimum_price',
            field=cinema.money.MoneyField(blank=True, help_text='Agreed with the distributor: adaptive prices of a full ticket never fall below it.', null=True, verbose_name='agreed minimum price'),
        ),
        migrations.AddField(
            model_name='session',
            name='price_review_at',
            field=models.DateTimeField(editable=False, null=True, verbose_name='next price review'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.CheckConstraint(condition=models.Q(('minimum_price__gte', Decimal('0.00')), ('minimum_price__lte', Decimal('99999999.99'))), name='film_minimum_price_bounded', violation_error_message='This value is out of bounds.'),
        ),
        migrations.AddField(
            model_name='cinema',
            name='requires_certificates',
            field=models.BooleanField(default=False, help_text='As in Russia: a screening needs the number of a certificate for its version, or a reason why it has none, and may not be before the film’s release date.', verbose_name='films need a distribution certificate'),
        ),
        migrations.AddField(
            model_name='film',
            name='certificate_number',
            field=models.CharField(blank=True, help_text='Of the distribution certificate, for every version without one of its own.', max_length=40, verbose_name='certificate number'),
        ),
        migrations.AddField(
            model_name='film',
            name='country',
            field=models.CharField(blank=True, help_text='Of production. Separate several by commas.', max_length=120, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='film',
            name='culture_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\A\\d{1,12}\\Z', 'Write it like 1234567.')], verbose_name='PRO.Culture number'),
        ),
        migrations.AddField(
            model_name='film',
            name='eais_id',
            field=models.CharField(blank=True, max_length=40, verbose_name='EAIS number'),
        ),
        migrations.AddField(
            model_name='film',
            name='imdb_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\Att\\d{7,10}\\Z', 'Write it like tt0069293.')], verbose_name='IMDb number'),
        ),
        migrations.AddField(
            model_name='film',
            name='kinopoisk_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\A\\d{1,10}\\Z', 'Write it like 43911.')], verbose_name='Kinopoisk number'),
        ),
        migrations.AddField(
            model_name='film',
            name='original_title',
            field=models.CharField(blank=True, max_length=200, verbose_name='original title'),
        ),
        migrations.AddField(
            model_name='film',
            name='release_date',
            field=models.DateField(blank=True, help_text='Cinemas that need a certificate show the film from this day on.', null=True, verbose_name='release date'),
        ),
        migrations.AddField(
            model_name='film',
            name='tmdb_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\A\\d{1,10}\\Z', 'Write it like 593.')], verbose_name='TMDB number'),
        ),
        migrations.AddField(
            model_name='film',
            name='wikidata_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\AQ\\d{1,12}\\Z', 'Write it like Q18492.')], verbose_name='Wikidata number'),
        ),
        migrations.AddField(
            model_name='historicalcinema',
            name='requires_certificates',
            field=models.BooleanField(default=False, help_text='As in Russia: a screening needs the number of a certificate for its version, or a reason why it has none, and may not be before the film’s release date.', verbose_name='films need a distribution certificate'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='certificate_number',
            field=models.CharField(blank=True, help_text='Of the distribution certificate, for every version without one of its own.', max_length=40, verbose_name='certificate number'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='country',
            field=models.CharField(blank=True, help_text='Of production. Separate several by commas.', max_length=120, verbose_name='country'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='culture_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\A\\d{1,12}\\Z', 'Write it like 1234567.')], verbose_name='PRO.Culture number'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='eais_id',
            field=models.CharField(blank=True, max_length=40, verbose_name='EAIS number'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='imdb_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\Att\\d{7,10}\\Z', 'Write it like tt0069293.')], verbose_name='IMDb number'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='kinopoisk_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\A\\d{1,10}\\Z', 'Write it like 43911.')], verbose_name='Kinopoisk number'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='original_title',
            field=models.CharField(blank=True, max_length=200, verbose_name='original title'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='release_date',
            field=models.DateField(blank=True, help_text='Cinemas that need a certificate show the film from this day on.', null=True, verbose_name='release date'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='tmdb_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\A\\d{1,10}\\Z', 'Write it like 593.')], verbose_name='TMDB number'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='wikidata_id',
            field=models.CharField(blank=True, max_length=20, validators=[django.core.validators.RegexValidator('\\AQ\\d{1,12}\\Z', 'Write it like Q18492.')], verbose_name='Wikidata number'),
        ),
        migrations.AddField(
            model_name='historicalsession',
            name='no_certificate_reason',
            field=models.CharField(blank=True, help_text='For a film without a distribution certificate, such as one of a festival.', max_length=250, verbose_name='reason for no certificate'),
        ),
        migrations.AddField(
            model_name='session',
            name='no_certificate_reason',
            field=models.CharField(blank=True, help_text='For a film without a distribution certificate, such as one of a festival.', max_length=250, verbose_name='reason for no certificate'),
        ),
        migrations.AddField(
            model_name='film',
            name='distributor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='films', to='screenings.distributor', verbose_name='distributor'),
        ),
        migrations.AddField(
            model_name='historicalfilm',
            name='distributor',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='screenings.distributor', verbose_name='distributor'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.UniqueConstraint(condition=models.Q(('imdb_id', ''), _negated=True), fields=('imdb_id',), name='one_film_a_imdb_id', violation_error_message='Another film has this number of a catalogue. Check which one is right.'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.UniqueConstraint(condition=models.Q(('tmdb_id', ''), _negated=True), fields=('tmdb_id',), name='one_film_a_tmdb_id', violation_error_message='Another film has this number of a catalogue. Check which one is right.'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.UniqueConstraint(condition=models.Q(('wikidata_id', ''), _negated=True), fields=('wikidata_id',), name='one_film_a_wikidata_id', violation_error_message='Another film has this number of a catalogue. Check which one is right.'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.UniqueConstraint(condition=models.Q(('kinopoisk_id', ''), _negated=True), fields=('kinopoisk_id',), name='one_film_a_kinopoisk_id', violation_error_message='Another film has this number of a catalogue. Check which one is right.'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.UniqueConstraint(condition=models.Q(('eais_id', ''), _negated=True), fields=('eais_id',), name='one_film_a_eais_id', violation_error_message='Another film has this number of a catalogue. Check which one is right.'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.UniqueConstraint(condition=models.Q(('culture_id', ''), _negated=True), fields=('culture_id',), name='one_film_a_culture_id', violation_error_message='Another film has this number of a catalogue. Check which one is right.'),
        ),
    ]
