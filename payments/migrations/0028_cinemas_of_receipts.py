"""Give each receipt the cinema of its order or gift card, so that those of a cinema are found by themselves."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def set_cinemas(apps, schema_editor):
    alias = schema_editor.connection.alias
    receipts = apps.get_model("payments", "Receipt").objects.using(alias)
    orders = apps.get_model("orders", "Order").objects.using(alias)
    movements = apps.get_model("payments", "GiftCardMovement").objects.using(alias)
    of_order = orders.filter(pk=OuterRef("order")).values("cinema")
    of_card = movements.filter(pk=OuterRef("gift_card_movement")).values("card__cinema")
    receipts.filter(order__isnull=False).update(cinema=Subquery(of_order))
    receipts.filter(order__isnull=True).update(cinema=Subquery(of_card))


def cinema(**options):
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="screenings.cinema",
        verbose_name="cinema",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0031_fewer_indexes"),
        ("payments", "0027_gift_cards_expire"),
        ("screenings", "0033_after_squash"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="receipt", name="receipt_created"),
        migrations.AddField(model_name="receipt", name="cinema", field=cinema(null=True)),
        migrations.RunPython(set_cinemas, migrations.RunPython.noop),
        migrations.AlterField(model_name="receipt", name="cinema", field=cinema()),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(fields=["cinema", "created_at"], name="receipt_of_cinema"),
        ),
    ]
