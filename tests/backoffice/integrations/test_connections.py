from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from jobs.models import JobRun
from notifications.models import Notification
from orders.services import receipt_sales
from payments.models import Payment, Receipt, Refund
from tests.helpers.factories import LONG_AGO, a_cinema, a_paid_order, a_session
from tests.helpers.fakes.film_catalogues import a_lookup
from tests.helpers.fakes.webhook_receiver import a_webhook, an_endpoint
from tests.helpers.film_hire_rows import a_contract, a_statement
from tests.helpers.partners import a_partner
from tests.helpers.users import browser, someone

pytestmark = pytest.mark.django_db

PAGE = "admin:integrations_webhookendpoint_connections"


def shown(**rights: Any) -> Any:
    return browser(someone("owner", **rights)).get(reverse(PAGE))


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
        page = person.get(reverse(PAGE))
        [found] = [each for each in page.context["connections"] if str(each.name) == "Fiscal receipts (ATOL Online)"]
        return str(found.advice), found.waiting, found.refused

    assert panel(error="ATOL 12: wrong login") == (
        "ATOL Online doesn’t accept the account (ATOL 12: wrong login). Correct ATOL_ACCOUNTS or ATOL_VERSION.", 1, 0
    )  # fmt: skip
    assert panel(error="HTTP 502")[0].startswith("The receipt service isn’t answering.")
    assert panel(status="REGISTERED", error="", created_at=timezone.now()) == ("", 1, 0)
    assert panel(status="FAILED") == ("Remove the cause, then press “Send again” on the receipt.", 0, 1)
    assert panel(status="SENT") == ("", 0, 0)


def test_a_gateway_says_what_came_of_its_payments() -> None:
    at, paid = timezone.now(), a_paid_order(gateway="demo").payments.get()
    person = browser(someone("owner", all_cinemas=True))

    def line() -> tuple[datetime | None, int, int, str]:
        page = person.get(reverse(PAGE))
        [found] = [each for each in page.context["connections"] if str(each.name) == "Payments online: Demonstration"]
        return found.last_success, found.waiting, found.refused, str(found.advice)

    assert line() == (paid.succeeded_at, 0, 0, "")

    others = [Payment(order=paid.order, gateway="demo", amount=1, created_at=at) for _ in range(5)]
    for each in others:
        each.status = Payment.Status.FAILED
    Payment.objects.bulk_create(others)
    assert line()[3] == "The last 5 payments all failed. Pay for an order yourself to see why."

    refund = Refund.objects.create(
        order=paid.order, payment=paid, amount=1, requested_at=at, attempts=1, error="HTTP 502"
    )
    assert line()[1:] == (1, 0, "Refunds don’t get through (HTTP 502). They are sent again by themselves.")

    Payment.objects.filter(pk=others[0].pk).update(status=Payment.Status.PENDING, next_poll_at=at)
    JobRun.objects.create(
        job="reconcile_payments", at=at, started_at=at + timedelta(minutes=1), finished_at=at, error="demo is away"
    )
    assert line()[1:] == (
        2, 0, "The provider doesn’t answer (demo is away). It is asked again by itself every few minutes."
    )  # fmt: skip

    Refund.objects.filter(pk=refund.pk).update(status=Refund.Status.FAILED)
    assert line()[1:] == (1, 1, "The first page lists failed refunds and payments that need checking.")


def test_what_fails_at_the_moment_needs_attention_before_it_is_given_up(settings: Any) -> None:
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = "1:a", "cinema_bot"
    at = timezone.now()
    an_endpoint("https://hooks.example/", since=at, failing_since=at)
    a_lookup(at=at, answer="HTTP 503")
    told = {"kind": "TICKETS", "created_at": at, "next_attempt_at": at}
    for error in ("SMTPServerDisconnected", "TelegramFailed 429"):
        Notification.objects.create(recipient="guest@example.org", occasion=error, error=error, **told)

    found = states(shown(all_cinemas=True))

    failing = {"Webhooks", "E-mail", "Telegram", "Wikidata"}
    assert {name: found[name] for name in failing} == dict.fromkeys(failing, (True, True, 0))

    sent = {**told, "recipient": "other@example.org", "status": "SENT", "sent_at": at + timedelta(minutes=1)}
    Notification.objects.create(occasion="later", **sent)  # so only one mailbox refuses

    assert states(browser(User.objects.get()).get(reverse(PAGE)))["E-mail"] == (True, False, 0)


def test_each_way_of_messages_says_when_one_last_went_by_it(settings: Any) -> None:
    settings.SMS_BACKEND, settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_BOT_NAME = (
        "integrations.sms.smsc.Smsc",
        "1",
        "b",
    )
    at = timezone.now()
    told = {"kind": "TICKETS", "recipient": "guest@example.org", "status": "SENT", "created_at": at}
    for hours, channel in enumerate(["TELEGRAM", "SMS", "EMAIL"]):
        sent_at = at - timedelta(hours=hours)
        Notification.objects.create(**told, occasion=channel, channel=channel, sent_at=sent_at, next_attempt_at=at)

    last = {str(each.name): each.last_success for each in shown(all_cinemas=True).context["connections"]}

    assert [last[name] for name in ("Telegram", "SMS", "E-mail")] == [at - timedelta(hours=n) for n in range(3)]


def test_only_the_owner_sees_the_connections_of_the_chain() -> None:
    person = someone("cinema_manager", a_cinema())

    assert browser(person).get(reverse(PAGE)).status_code == 403
