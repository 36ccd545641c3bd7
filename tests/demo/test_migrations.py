"""The demonstration bank's tables move from `payments` to `demo` with their rows, whenever `demo` is installed."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from demo.models import DemoCharge, DemoRefund
from tests.helpers.factories import PRICE
from tests.helpers.migrations import Originals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proofs]  # it undoes and repeats most migrations

TABLES = ("payments_democharge", "payments_demorefund")
NO_DEMO = ("demo", None)
OLD_PAYMENTS = ("payments", "0001_initial")


@pytest.fixture(autouse=True)
def migrated_again() -> Iterator[None]:
    yield
    migrate_forward()


def test_an_old_database_keeps_its_charges_refunds_and_content_types() -> None:
    shape = shape_of_tables()
    old = migrate_to(NO_DEMO, OLD_PAYMENTS)
    charge = old.get_model("payments", "DemoCharge").objects.create(
        token="kept", uid=uuid4(), amount=PRICE, description="K7", return_url="/", status="PAID"
    )
    refund = old.get_model("payments", "DemoRefund").objects.create(charge=charge, uid=uuid4(), amount=PRICE)
    types = content_types("payments")

    migrate_forward()

    assert shape_of_tables() == shape
    assert list(DemoCharge.objects.values_list("pk", "token", "uid")) == [(charge.pk, "kept", charge.uid)]
    assert list(DemoRefund.objects.values_list("pk", "charge", "uid")) == [(refund.pk, charge.pk, refund.uid)]
    assert set(types) == {"democharge", "demorefund"}
    assert (content_types("demo"), content_types("payments")) == (types, {})


def test_going_back_and_forward_again_loses_nothing() -> None:
    charge = a_charge()

    migrate_to(NO_DEMO)
    migrate_forward()

    assert DemoCharge.objects.get() == charge


def test_tables_that_are_missing_are_created_as_they_were() -> None:
    shape = shape_of_tables()
    migrate_to(NO_DEMO)
    with connection.schema_editor() as editor:
        editor.delete_model(DemoRefund)
        editor.delete_model(DemoCharge)

    migrate_forward()

    assert shape_of_tables() == shape
    DemoRefund.objects.create(charge=a_charge(), uid=uuid4(), amount=PRICE)


def a_charge() -> DemoCharge:
    return DemoCharge.objects.create(uid=uuid4(), amount=PRICE, description="K7", return_url="/")


def migrate_to(*targets: tuple[str, str | None]) -> StateApps:
    """Migrate this test's database to `targets`. Returns the models as of then."""
    return executor().migrate(list(targets)).apps


def migrate_forward() -> None:
    forward = executor()
    forward.migrate(forward.loader.graph.leaf_nodes())


def executor() -> MigrationExecutor:
    """One that knows the single migrations, not the squashed ones."""
    found = MigrationExecutor(connection)
    found.loader = Originals(connection)
    return found


def content_types(app: str) -> dict[str, int]:
    rows = ContentType.objects.filter(app_label=app, model__in=["democharge", "demorefund"])
    return dict(rows.values_list("model", "pk"))


def shape_of_tables() -> list[Any]:
    """Columns and constraints as the database has them."""
    with connection.cursor() as cursor:
        return [
            (
                connection.introspection.get_table_description(cursor, table),
                connection.introspection.get_constraints(cursor, table),
            )
            for table in TABLES
        ]
