from django.db import migrations


def mark_orders(apps, schema_editor):
    """Orders that partners have held so far: whoever has their address did not prove to have bought them."""
    ApiRequest, OrderChange = apps.get_model("integrations", "ApiRequest"), apps.get_model("orders", "OrderChange")
    held = ApiRequest.objects.filter(order__isnull=False).values_list("order", "order__created_at").distinct()
    OrderChange.objects.bulk_create(
        [OrderChange(order_id=order, kind="PARTNER", at=at) for order, at in held.order_by("order")], batch_size=500
    )


def unmark_orders(apps, schema_editor):
    apps.get_model("orders", "OrderChange").objects.filter(kind="PARTNER").delete()


class Migration(migrations.Migration):

    dependencies = [
        ("integrations", "0009_licensed_pictures"),
        ("orders", "0029_held_by_partners"),
    ]

    operations = [migrations.RunPython(mark_orders, unmark_orders)]
