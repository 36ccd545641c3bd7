from django.db import migrations


class Migration(migrations.Migration):
    """The demonstration bank's models are in the app `demo` now. Its tables stay as they are: the first migration of
    `demo` takes them over, whenever that app is installed."""

    dependencies = [
        ('payments', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name='DemoRefund'),
                migrations.DeleteModel(name='DemoCharge'),
            ],
        ),
    ]
