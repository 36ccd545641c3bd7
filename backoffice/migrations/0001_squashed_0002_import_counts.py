import accounts.migrations._together
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('backoffice', '0001_initial'), ('backoffice', '0002_import_counts')]

    initial = True

    dependencies = [
        ('accounts', '__first__'),
    ]

    operations = [
        accounts.migrations._together.Together(
            operations=[
                migrations.CreateModel(
                    name='FileImport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('model', models.CharField(max_length=60)),
                        ('language', models.CharField(max_length=10)),
                        ('name', models.CharField(max_length=200)),
                        ('status', models.CharField(choices=[('UPLOADED', 'Waiting'), ('CHECKING', 'Being checked'), ('CHECKED', 'Checked'), ('STORING', 'Being imported'), ('STORED', 'Imported'), ('FAILED', 'Failed')], default='UPLOADED', max_length=8)),
                        ('headers', models.JSONField(blank=True, default=list)),
                        ('row_count', models.PositiveIntegerField(default=0)),
                        ('stores_valid_rows', models.BooleanField(default=False)),
                        ('problem', models.TextField(blank=True)),
                        ('uploaded_at', models.DateTimeField()),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('added_count', models.PositiveIntegerField(default=0)),
                        ('changed_count', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'import of a file',
                        'verbose_name_plural': 'imports of files',
                        'ordering': ['-pk'],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['status'], name='file_import_status'), models.Index(fields=['uploaded_at'], name='file_import_age')],
                    },
                ),
                migrations.CreateModel(
                    name='FileImportPart',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('content', models.BinaryField()),
                        ('file_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='backoffice.fileimport')),
                    ],
                    options={
                        'default_permissions': (),
                        'constraints': [models.UniqueConstraint(fields=('file_import', 'number'), name='one_part_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='FileImportRow',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveIntegerField()),
                        ('cells', models.JSONField()),
                        ('outcome', models.CharField(blank=True, choices=[('new', 'New'), ('changed', 'Changed'), ('same', 'Same'), ('refused', 'Refused')], max_length=7)),
                        ('name', models.CharField(blank=True, max_length=250)),
                        ('changes', models.JSONField(blank=True, default=list)),
                        ('errors', models.JSONField(blank=True, default=list)),
                        ('digest', models.CharField(blank=True, max_length=32)),
                        ('is_ticked', models.BooleanField(default=True)),
                        ('is_stored', models.BooleanField(default=False)),
                        ('file_import', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='backoffice.fileimport')),
                    ],
                    options={
                        'ordering': ['file_import', 'number'],
                        'default_permissions': (),
                        'indexes': [models.Index(fields=['file_import', 'outcome', 'number'], name='file_row_outcome')],
                        'constraints': [models.UniqueConstraint(fields=('file_import', 'number'), name='one_row_a_number')],
                    },
                ),
            ],
        ),
    ]
