"""docs/production.md is the truth: the role that works sells and runs jobs, and cannot change a table."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from orders.models import Order
from orders.services import check_in, refund
from tests.helpers.factories import NOON, a_customer, a_hall, a_session, an_item, an_order, at_the_bank
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "production.md").read_text()
_MAKING, GRANTING = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)

FORBIDDEN = [
    "DROP TABLE orders_ticket",
    "ALTER TABLE payments_payment DROP COLUMN amount",
    "ALTER TABLE payments_refund DISABLE TRIGGER ALL",
    "DROP INDEX one_live_ticket_a_seat",
    "TRUNCATE bonuses_bonustransaction",
    "CREATE TABLE mine (id int)",
    "DELETE FROM orders_orderevent",
    "DELETE FROM concessions_stockmovement",
    "DELETE FROM accounts_accountchange",
    "UPDATE accounts_limituse SET amount = 0",
]


@pytest.fixture
def as_the_app():
    """Until the test's transaction is rolled back, roles and all."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW is_superuser")
        if cursor.fetchone() != ("on",):
            pytest.skip("needs a server on which it may make roles")
        cursor.execute("CREATE ROLE cinema_owner; CREATE ROLE cinema_app")
        cursor.execute(GRANTING)
        cursor.execute("SET LOCAL ROLE cinema_app")


def test_the_role_that_works_sells_scans_refunds_and_runs_the_jobs(as_the_app, client):
    session = a_session(a_hall(), start=NOON + timedelta(hours=3))
    order = an_order(
        session, seats=2, snacks=[(an_item(session.hall.cinema), 1)], customer=a_customer(points=50), points=50
    )
    payment = at_the_bank(order, paid=True)
    payment.next_poll_at = NOON
    payment.save()
    run("reconcile_payments")
    order.refresh_from_db()
    assert order.status == Order.Status.PAID
    used, other = order.tickets.order_by("pk")
    check_in(used, at=NOON + timedelta(hours=2))
    refund(order, lines=[other], reason="Ill", at=NOON)
    for job in ("execute_refunds", "deliver_notifications", "check_low_stock_items", "check_invariants"):
        run(job, at=NOON)

    assert client.get(f"/order/{order.token}/").status_code == 200
    assert browser(someone("owner", all_cinemas=True)).get(f"/admin/orders/order/{order.pk}/change/").status_code == 200
    assert order.refunds.get().status == "SUCCEEDED"
    assert invariant_violations(NOON) == []


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_that_works_changes_no_table_and_deletes_no_book(as_the_app, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)
