import cinema.money
import django.core.validators
import django.db.models.deletion
import simple_history.models
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('house_rules', '0001_initial'), ('house_rules', '0002_session_refund_limit'), ('house_rules', '0003_second_factor'), ('house_rules', '0004_till_sales_minutes')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalHouseRules',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('online_hold_minutes', models.PositiveSmallIntegerField(help_text='How long seats are held while a customer pays on the site.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(120)], verbose_name='online hold (minutes)')),
                ('box_office_hold_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(120)], verbose_name='box office hold (minutes)')),
                ('reservation_hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='reservation: time to pay (hours)')),
                ('reservation_grace_hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(720)], verbose_name='reservation: extra time before it is cancelled (hours)')),
                ('refund_notice_minutes', models.PositiveSmallIntegerField(help_text='Applies to new orders. Existing orders keep the limit they were sold with.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10080)], verbose_name='online refunds close before the start (minutes)')),
                ('doors_open_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1440)], verbose_name='doors open before the start (minutes)')),
                ('bonus_rate_percent', models.DecimalField(decimal_places=2, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('50'))], verbose_name='points earned (% of the price paid)')),
                ('bonus_validity_days', models.PositiveSmallIntegerField(help_text='Counted from the last time the customer earned points.', validators=[django.core.validators.MinValueValidator(60), django.core.validators.MaxValueValidator(3650)], verbose_name='points expire after (days)')),
                ('refund_limit', cinema.money.MoneyField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, verbose_name='refunds need approval above')),
                ('points_limit', models.PositiveIntegerField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000000)], verbose_name='point adjustments need approval above')),
                ('write_off_limit', cinema.money.MoneyField(blank=True, help_text='At the selling price, per person and day. Leave empty for no limit.', null=True, verbose_name='write-offs need approval above')),
                ('reminder_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(2880)], verbose_name='reminder before the start (minutes)')),
                ('archive_days', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='archive past screenings after (days)')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session_refund_limit', cinema.money.MoneyField(blank=True, help_text='Per person and day. Sales stop and customers are told at once; only the money waits. Leave empty for no limit.', null=True, verbose_name='refunds of cancelled screenings need approval above')),
                ('second_factor_for_money', models.BooleanField(default=False, help_text='Whoever takes payments, refunds, approves, or changes points must sign in with a code as well.', verbose_name='two-step sign-in for staff who handle money')),
                ('till_sales_minutes', models.PositiveSmallIntegerField(default=20, help_text='How long tickets for a screening that has begun are sold at the box office, at most to its end.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(120)], verbose_name='box office sells after the start (minutes)')),
            ],
            options={
                'ordering': ['-history_id'],
                'get_latest_by': 'history_id',
                'default_permissions': (),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HouseRules',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('online_hold_minutes', models.PositiveSmallIntegerField(help_text='How long seats are held while a customer pays on the site.', validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(120)], verbose_name='online hold (minutes)')),
                ('box_office_hold_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(120)], verbose_name='box office hold (minutes)')),
                ('reservation_hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(720)], verbose_name='reservation: time to pay (hours)')),
                ('reservation_grace_hours', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(720)], verbose_name='reservation: extra time before it is cancelled (hours)')),
                ('refund_notice_minutes', models.PositiveSmallIntegerField(help_text='Applies to new orders. Existing orders keep the limit they were sold with.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10080)], verbose_name='online refunds close before the start (minutes)')),
                ('doors_open_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1440)], verbose_name='doors open before the start (minutes)')),
                ('bonus_rate_percent', models.DecimalField(decimal_places=2, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal('0')), django.core.validators.MaxValueValidator(Decimal('50'))], verbose_name='points earned (% of the price paid)')),
                ('bonus_validity_days', models.PositiveSmallIntegerField(help_text='Counted from the last time the customer earned points.', validators=[django.core.validators.MinValueValidator(60), django.core.validators.MaxValueValidator(3650)], verbose_name='points expire after (days)')),
                ('refund_limit', cinema.money.MoneyField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, verbose_name='refunds need approval above')),
                ('points_limit', models.PositiveIntegerField(blank=True, help_text='Per person and day. Leave empty for no limit.', null=True, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1000000)], verbose_name='point adjustments need approval above')),
                ('write_off_limit', cinema.money.MoneyField(blank=True, help_text='At the selling price, per person and day. Leave empty for no limit.', null=True, verbose_name='write-offs need approval above')),
                ('reminder_minutes', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(2880)], verbose_name='reminder before the start (minutes)')),
                ('archive_days', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='archive past screenings after (days)')),
                ('session_refund_limit', cinema.money.MoneyField(blank=True, help_text='Per person and day. Sales stop and customers are told at once; only the money waits. Leave empty for no limit.', null=True, verbose_name='refunds of cancelled screenings need approval above')),
                ('second_factor_for_money', models.BooleanField(default=False, help_text='Whoever takes payments, refunds, approves, or changes points must sign in with a code as well.', verbose_name='two-step sign-in for staff who handle money')),
                ('till_sales_minutes', models.PositiveSmallIntegerField(default=20, help_text='How long tickets for a screening that has begun are sold at the box office, at most to its end.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(120)], verbose_name='box office sells after the start (minutes)')),
            ],
            options={
                'verbose_name': 'house rules',
                'verbose_name_plural': 'house rules',
                'default_permissions': ('view', 'change'),
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='house_rules_one_row'), models.CheckConstraint(condition=models.Q(('online_hold_minutes__gte', 5), ('online_hold_minutes__lte', 120)), name='house_rules_online_hold_minutes', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('box_office_hold_minutes__gte', 5), ('box_office_hold_minutes__lte', 120)), name='house_rules_box_office_hold_minutes', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('reservation_hours__gte', 1), ('reservation_hours__lte', 720)), name='house_rules_reservation_hours', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('reservation_grace_hours__gte', 0), ('reservation_grace_hours__lte', 720)), name='house_rules_reservation_grace_hours', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('refund_notice_minutes__gte', 0), ('refund_notice_minutes__lte', 10080)), name='house_rules_refund_notice_minutes', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('doors_open_minutes__gte', 0), ('doors_open_minutes__lte', 1440)), name='house_rules_doors_open_minutes', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('bonus_rate_percent__gte', Decimal('0')), ('bonus_rate_percent__lte', Decimal('50'))), name='house_rules_bonus_rate_percent', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('bonus_validity_days__gte', 60), ('bonus_validity_days__lte', 3650)), name='house_rules_bonus_validity_days', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('points_limit__gte', 0), ('points_limit__lte', 1000000)), name='house_rules_points_limit', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('reminder_minutes__gte', 30), ('reminder_minutes__lte', 2880)), name='house_rules_reminder_minutes', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('archive_days__gte', 1), ('archive_days__lte', 3650)), name='house_rules_archive_days', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('refund_limit__gte', Decimal('0.00')), ('refund_limit__lte', Decimal('99999999.99'))), name='house_rules_refund_limit', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('write_off_limit__gte', Decimal('0.00')), ('write_off_limit__lte', Decimal('99999999.99'))), name='house_rules_write_off_limit', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('session_refund_limit__gte', Decimal('0.00')), ('session_refund_limit__lte', Decimal('99999999.99'))), name='house_rules_session_refund_limit', violation_error_message='This value is out of bounds.'), models.CheckConstraint(condition=models.Q(('till_sales_minutes__gte', 0), ('till_sales_minutes__lte', 120)), name='house_rules_till_sales_minutes', violation_error_message='This value is out of bounds.')],
            },
        ),
    ]
