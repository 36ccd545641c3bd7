from django.db import migrations


class Migration(migrations.Migration):
    """Remove the demonstration bank's models from the state of this app; they are in the app `demo` now.

    The tables are kept: the first migration of `demo` takes them over once that app is installed.
    """

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
