"""docs/production.md is the truth: the role that works sells and runs jobs, and cannot change a table."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import ProgrammingError, connection, models, transaction

from accounts.models import User
from accounts.services import approve, request_approval
from customers.services import Customer, erase_customer
from orders.models import Order
from orders.services import cancel, check_in, refund
from tests.helpers.factories import NOON, a_customer, a_hall, a_session, an_item, an_order, at_the_bank
from tests.helpers.users import browser, someone
from tests.reliability.run_job import invariant_violations, run

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "production.md").read_text()
_MAKING, GRANTING, READING = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)

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
    "DELETE FROM django_admin_log",
    "UPDATE django_admin_log SET user_id = 1",
    "UPDATE orders_orderevent SET actor_id = NULL",
    "UPDATE bonuses_bonustransaction SET amount = 1",
    "UPDATE accounts_approval SET asked_by_id = 1",
    "UPDATE screenings_historicalsession SET history_user_id = NULL",
    "DELETE FROM accounts_historicaluser",
]

#: Models whose rows name who did something and are deleted all the same: a plan that has not begun yet, and a file that
#: was imported. What an import has changed is in the histories.
PLANS = {"screenings.SeatOutage", "backoffice.FileImport", "reports.ReportFile"}
#: Models whose rows name who did something last, and go through several states.
PROCESSES = {"payments.Payment", "payments.Refund", "screenings.Session", "orders.Order", "screenings.SeatOutage"}
#: What staff did is a column of this name; `user` is a customer, but in the log of the admin.
NAMES_OF_COLUMNS = {"actor", "history_user", "asked_by", "person"}


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
    for job in (
        "execute_refunds",
        "deliver_notifications",
        "check_low_stock_items",
        "refresh_engagement",
        "check_invariants",
    ):
        run(job, at=NOON)

    asks, owner = someone("cinema_manager", session.hall.cinema), someone("owner", all_cinemas=True)
    given = {"quantity": 1, "reason": "Stale"}
    request = request_approval(
        "concessions.write_off", an_item(session.hall.cinema), arguments=given, facts=[], at=NOON, actor=asks
    )
    assert approve(request, digest=request.digest, at=NOON, actor=owner)
    given_up = an_order(session, customer=a_customer())
    cancel(given_up, reason="Rang from 8 903 555-01-99", at=NOON)
    erase_customer(Customer.of(given_up), at=NOON)

    assert client.get(f"/order/{order.token}/").status_code == 200
    assert browser(owner).get(f"/admin/orders/order/{order.pk}/change/").status_code == 200
    assert order.refunds.get().status == "SUCCEEDED"
    assert invariant_violations(NOON) == []


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_role_that_works_changes_no_table_and_deletes_no_book(as_the_app, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


def test_the_role_that_reads_the_replica_reads_and_changes_nothing(as_the_app):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(READING)
        cursor.execute("SET LOCAL ROLE cinema_reader")
        cursor.execute("SELECT count(*) FROM orders_order")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("UPDATE orders_order SET total_amount = 0")


def trails() -> list[type[models.Model]]:
    """The models whose rows say who did what, found by their columns."""
    found = [LogEntry]
    for model in apps.get_models(include_auto_created=True):
        named = {field.name for field in model._meta.concrete_fields if field.related_model is User}
        if not named.isdisjoint(NAMES_OF_COLUMNS) and model._meta.label not in PLANS and not model._meta.proxy:
            found.append(model)
    return found


def test_the_role_that_works_cannot_remove_or_rewrite_who_did_what(as_the_app):
    deletable, rewritable = set(), set()
    with connection.cursor() as cursor:
        for model in trails():
            table = model._meta.db_table
            cursor.execute("SELECT has_table_privilege('cinema_app', %s, 'DELETE')", [table])
            if cursor.fetchone() == (True,):
                deletable.add(table)
            if model._meta.label in PROCESSES:
                continue
            for field in model._meta.concrete_fields:
                cursor.execute("SELECT has_column_privilege('cinema_app', %s, %s, 'UPDATE')", [table, field.column])
                if cursor.fetchone() == (True,):
                    rewritable.add(f"{table}.{field.column}")

    assert deletable == set()
    assert rewritable == {
        "allocations_groupbooking.contact",
        "allocations_groupbooking.payer",
        "allocations_household.reason",
        "accounts_approval.about", "accounts_approval.arguments", "accounts_approval.decided_at",
        "accounts_approval.decided_by_id", "accounts_approval.digest", "accounts_approval.facts",
        "accounts_approval.status", "accounts_approval.why", "accounts_marketingconsent.recipient",
        "bonuses_bonustransaction.description", "boxoffice_voucher.reason", "payments_cashmovement.reason",
        "boxoffice_exchange.reason", "payments_giftcardmovement.reason", "payments_giftcardmovement.receipted_at",
        "payments_giftcardreplacement.reason",
        "incidents_incident.reason", "incidents_incident.words",
        "concessions_stockmovement.reason", "django_admin_log.change_message", "django_admin_log.object_repr",
        "orders_orderchange.details", "orders_orderchange.reason", "orders_orderevent.reason", "orders_scan.override",
        "pricing_pricefreeze.ended_at", "pricing_pricefreeze.ended_by_id", "pricing_pricefreeze.reason",
    }  # fmt: skip
