from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

SERVICES = {
    "refund_whole": "orders.refund",
    "refund_lines": "orders.refund",
    "adjust_points": "bonuses.adjust",
    "write_off_goods": "concessions.write_off",
}


def name_services(apps: Any, schema_editor: Any) -> None:
    """Rename the services of decided requests, and withdraw open ones.

    Open requests contain a submitted form, with which a service can no longer be called.
    """
    approvals = apps.get_model("accounts", "Approval").objects
    approvals.filter(status="ASKED").update(status="WITHDRAWN", why="UPDATED", decided_at=timezone.now())
    for action, service in SERVICES.items():
        approvals.filter(service=action).update(service=service)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='approval',
            options={'default_permissions': ('view',), 'ordering': ['-asked_at', '-id'], 'permissions': [('decide_approval', 'Approve or refuse requests')], 'verbose_name': 'approval', 'verbose_name_plural': 'approvals'},
        ),
        migrations.RemoveConstraint(
            model_name='approval',
            name='one_open_approval_an_action',
        ),
        migrations.RenameField(
            model_name='approval',
            old_name='action',
            new_name='service',
        ),
        migrations.AlterField(
            model_name='approval',
            name='service',
            field=models.CharField(max_length=60),
        ),
        migrations.RenameField(
            model_name='approval',
            old_name='given',
            new_name='arguments',
        ),
        migrations.AddField(
            model_name='approval',
            name='digest',
            field=models.CharField(blank=True, default='', max_length=64),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name='approval',
            name='facts',
            field=models.JSONField(default=list, verbose_name='request'),
        ),
        migrations.AlterField(
            model_name='approval',
            name='asked_at',
            field=models.DateTimeField(verbose_name='requested'),
        ),
        migrations.AlterField(
            model_name='approval',
            name='asked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by'),
        ),
        migrations.AlterField(
            model_name='approval',
            name='status',
            field=models.CharField(choices=[('ASKED', 'Awaiting approval'), ('APPROVED', 'Approved and done'), ('REFUSED', 'Refused'), ('WITHDRAWN', 'Withdrawn')], default='ASKED', max_length=16, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='approval',
            name='why',
            field=models.CharField(blank=True, max_length=250, verbose_name='reason'),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'ASKED')), fields=('content_type', 'object_id', 'service'), name='one_open_approval_a_service'),
        ),
        migrations.RunPython(name_services, migrations.RunPython.noop),
    ]
