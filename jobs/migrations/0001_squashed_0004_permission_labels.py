from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('jobs', '0001_initial'), ('jobs', '0002_labels'), ('jobs', '0003_skipped'), ('jobs', '0004_permission_labels')]

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='JobRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(max_length=100, verbose_name='job')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='finished')),
                ('at', models.DateTimeField(help_text='The moment the job treated as the current time. It is in the past when a run was repeated later.', verbose_name='as of')),
                ('outcome', models.CharField(choices=[('RUNNING', 'Running'), ('SUCCEEDED', 'Succeeded'), ('FAILED', 'Failed')], default='RUNNING', max_length=9, verbose_name='outcome')),
                ('host', models.CharField(max_length=255, verbose_name='host')),
                ('database', models.CharField(max_length=255, verbose_name='database')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='done')),
                ('passed_over', models.PositiveIntegerField(default=0, help_text='Rows that no longer needed processing when the job reached them, or that wait for a decision by someone else.', verbose_name='skipped')),
                ('failed', models.PositiveIntegerField(default=0, verbose_name='failed')),
                ('error', models.TextField(blank=True, verbose_name='error')),
            ],
            options={
                'verbose_name': 'job run',
                'verbose_name_plural': 'job runs',
                'ordering': ['-started_at', '-pk'],
                'indexes': [models.Index(fields=['job', 'started_at'], name='jobrun_job_started'), models.Index(fields=['started_at'], name='jobrun_started')],
            },
        ),
        migrations.CreateModel(
            name='QuarantinedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(max_length=100, verbose_name='job')),
                ('row', models.CharField(help_text='Table and row number, such as orders.order:123.', max_length=150, verbose_name='row')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('error', models.TextField(blank=True, verbose_name='error')),
                ('first_failed_at', models.DateTimeField(verbose_name='first failure')),
                ('next_attempt_at', models.DateTimeField(blank=True, help_text='Empty if there will be no more automatic attempts. Use “Retry now” to try again.', null=True, verbose_name='next attempt')),
            ],
            options={
                'verbose_name': 'failed row',
                'verbose_name_plural': 'failed rows',
                'ordering': ['-first_failed_at', '-pk'],
                'permissions': [('retry_quarantinedrow', 'Retry a failed row')],
                'constraints': [models.UniqueConstraint(fields=('job', 'row'), name='quarantined_once_a_job')],
            },
        ),
        migrations.CreateModel(
            name='JobLease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('job', models.CharField(max_length=100, unique=True, verbose_name='job')),
                ('holder', models.CharField(blank=True, max_length=300, verbose_name='held by')),
                ('until', models.DateTimeField(verbose_name='until')),
            ],
            options={
                'verbose_name': 'job lock',
                'verbose_name_plural': 'job locks',
                'ordering': ['job'],
            },
        ),
    ]
