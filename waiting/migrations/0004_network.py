from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('waiting', '0003_after_squash')]

    operations = [migrations.RenameField(model_name='waitingentry', old_name='place', new_name='network')]
