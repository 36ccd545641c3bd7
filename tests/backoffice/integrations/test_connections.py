from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.services import receipt_sales
from payments.models import Receipt
from tests.helpers.factories import LONG_AGO, a_cinema, a_paid_order, a_session
from tests.helpers.film_hire_rows import a_contract, a_statement
from tests.helpers.partners import a_partner
from tests.helpers.users import browser, someone
from tests.helpers.webhook_receiver import a_webhook

pytestmark = pytest.mark.django_db


def shown(**rights: Any) -> Any:
    return browser(someone("owner", **rights)).get(reverse("admin:integrations_webhookendpoint_connections"))


def states(page: Any) -> dict[str, tuple[bool, bool, int]]:
    """Of each connection whether it is set up, whether there is something to do, and what was refused."""
    return {str(each.name): (each.is_set_up, bool(each.advice), each.refused) for each in page.context["connections"]}


def test_what_is_not_set_up_says_how(settings: Any) -> None:
    settings.METRICS_TOKEN = settings.SMS_BACKEND = ""

    found = states(shown(all_cinemas=True))

    off = {"Public API", "Webhooks", "SMS", "Monitoring", "Film hire statements"}
    assert {name: found[name] for name in off} == dict.fromkeys(off, (False, True, 0))


def test_what_works_and_what_needs_a_person_is_told_apart() -> None:
    a_partner(at=timezone.now())
    a_webhook()

    found = states(shown(all_cinemas=True))

    assert found["Public API"] == (True, False, 0)
    assert found["Webhooks"] == (True, True, 1)


def test_statements_that_nobody_sent_wait() -> None:
    cinema = a_cinema()
    contract = a_contract(a_session().film, cinema=cinema)
    a_statement(cinema, contract.distributor)

    page = shown(all_cinemas=True)

    [film_hire] = [each for each in page.context["connections"] if str(each.name) == "Film hire statements"]
    assert (film_hire.is_set_up, film_hire.waiting, film_hire.refused) == (True, 1, 0)
    assert film_hire.advice


def test_receipts_that_wait_say_whether_the_account_is_wrong_or_the_service_away(settings: Any) -> None:
    settings.RECEIPTS_SINCE, settings.RECEIPT_SENDER = LONG_AGO, "payments.fiscal.atol.AtolOnline"
    receipt_sales([a_paid_order().payments.get()], at=timezone.now() - timedelta(minutes=11))
    person = browser(someone("owner", all_cinemas=True))

    def panel(**changes: Any) -> tuple[str, int, int]:
        Receipt.objects.update(**changes)
        page = person.get(reverse("admin:integrations_webhookendpoint_connections"))
        [found] = [each for each in page.context["connections"] if str(each.name) == "Fiscal receipts (ATOL Online)"]
        return str(found.advice), found.waiting, found.refused

    assert panel(error="ATOL 12: wrong login") == (
        "ATOL Online doesn’t accept the account (ATOL 12: wrong login). Correct ATOL_ACCOUNTS or ATOL_VERSION.", 1, 0
    )  # fmt: skip
    assert panel(error="HTTP 502")[0].startswith("The receipt service isn’t answering.")
    assert panel(status="REGISTERED", error="", created_at=timezone.now()) == ("", 1, 0)
    assert panel(status="FAILED") == ("Remove the cause, then press “Send again” on the receipt.", 0, 1)
    assert panel(status="SENT") == ("", 0, 0)


def test_only_the_owner_sees_the_connections_of_the_chain() -> None:
    person = someone("cinema_manager", a_cinema())

    assert browser(person).get(reverse("admin:integrations_webhookendpoint_connections")).status_code == 403
