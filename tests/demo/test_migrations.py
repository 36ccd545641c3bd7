"""The demonstration bank's tables move from `payments` to `demo` with their rows, whenever `demo` is installed.

Tried in a database of its own, which knows no later migration: to undo and repeat all those would take minutes.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import environ
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

from demo.models import DemoCharge, DemoRefund
from tests.helpers.database.migrations import Originals
from tests.helpers.factories import PRICE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.proofs]

TABLES = ("payments_democharge", "payments_demorefund")
NO_DEMO = ("demo", None)
DEMO = ("demo", "0001_initial")
OLD_PAYMENTS = ("payments", "0001_initial")


@pytest.fixture
def shape_of_today() -> list[Any]:
    """The shape of the tables in the database of this run."""
    return shape_of_tables()


@pytest.fixture
def old(shape_of_today: list[Any], fresh_database: str) -> Iterator[StateApps]:
    """The models of a site that has the bank's tables in `payments`; its database is the one of the test."""
    own, other = connections["default"], connections["default"].copy()
    other.settings_dict["NAME"] = environ.Env.db_url_config(fresh_database)["NAME"]
    connections["default"] = other
    try:
        yield migrate(OLD_PAYMENTS)
    finally:
        other.close()
        connections["default"] = own


def test_an_old_database_keeps_its_charges_refunds_and_content_types(old: StateApps, shape_of_today: list[Any]) -> None:
    charge = old.get_model("payments", "DemoCharge").objects.create(
        token="kept", uid=uuid4(), amount=PRICE, description="K7", return_url="/", status="PAID"
    )
    refund = old.get_model("payments", "DemoRefund").objects.create(charge=charge, uid=uuid4(), amount=PRICE)
    ContentType.objects.bulk_create(
        ContentType(app_label="payments", model=name) for name in ("democharge", "demorefund")
    )
    types = content_types("payments")

    migrate(DEMO)

    assert shape_of_tables() == shape_of_today
    assert list(DemoCharge.objects.values_list("pk", "token", "uid")) == [(charge.pk, "kept", charge.uid)]
    assert list(DemoRefund.objects.values_list("pk", "charge", "uid")) == [(refund.pk, charge.pk, refund.uid)]
    assert set(types) == {"democharge", "demorefund"}
    assert (content_types("demo"), content_types("payments")) == (types, {})


@pytest.mark.usefixtures("old")
def test_going_back_and_forward_again_loses_nothing() -> None:
    migrate(DEMO)
    charge = a_charge()

    migrate(NO_DEMO)
    migrate(DEMO)

    assert DemoCharge.objects.get() == charge


@pytest.mark.usefixtures("old")
def test_tables_that_are_missing_are_created_as_they_were(shape_of_today: list[Any]) -> None:
    with connection.schema_editor() as editor:
        editor.delete_model(DemoRefund)
        editor.delete_model(DemoCharge)

    migrate(DEMO)

    assert shape_of_tables() == shape_of_today
    DemoRefund.objects.create(charge=a_charge(), uid=uuid4(), amount=PRICE)


def a_charge() -> DemoCharge:
    return DemoCharge.objects.create(uid=uuid4(), amount=PRICE, description="K7", return_url="/")


def migrate(target: tuple[str, str | None]) -> StateApps:
    """Run the single migrations, not the squashed ones, up to `target`. Returns the models as of then."""
    executor = MigrationExecutor(connection)
    executor.loader = Originals(connection)
    return executor.migrate([target]).apps


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
