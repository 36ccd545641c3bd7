"""Lists at partners end like their segments, whatever happens to answers, keys and senders."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import MarketingConsent
from accounts.services.consents import record_consent
from customers.services import Customer, erase_customer
from integrations.marketing import Denied, client
from integrations.models import ListMember, MarketingList
from integrations.services import marketing
from orders.services import cancel
from payments.models import LegalEntity
from reports.models import CustomerFigures, Engagement
from tests.helpers.factories import NOON, an_order
from tests.helpers.fakes.newsletter_partner import There, a_list, newsletter_partner

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANNA, BORIS, CLARA = "anna@example.org", "boris@example.org", "clara@example.org"
CLIENTS = {"UNISENDER": "UniSender", "MAILCHIMP": "Mailchimp", "BREVO": "Brevo"}


@pytest.fixture(params=list(CLIENTS))
def there(request: pytest.FixtureRequest, settings: Any) -> Iterator[There]:
    """Each of the three partners in turn, with one list."""
    with newsletter_partner(request.param) as partner:
        settings.MARKETING_API = {CLIENTS[request.param]: partner.url}
        a_list(request.param)
        yield partner


@pytest.fixture
def unisender(settings: Any) -> Iterator[There]:
    with newsletter_partner("UNISENDER") as partner:
        settings.MARKETING_API = {"UniSender": partner.url}
        a_list()
        yield partner


def a_reader(address: str, *, at: datetime = NOON) -> None:
    """A guest whom the figures know, and who wants news."""
    order = an_order(email=address, at=at)
    cancel(order, reason="STAFF", at=at)
    CustomerFigures.objects.create(
        order=order, first_visit=at.date(), last_visit=at.date(), year_visits=1, customer_group="NEW"
    )
    agree(address)


def agree(address: str, *, is_given: bool = True) -> None:
    record_consent(address, channel="EMAIL", is_given=is_given, place="ACCOUNT", is_proved=True, at=NOON)


def a_night(at: datetime = NOON) -> None:
    """The figures were counted, and the job has run."""
    Engagement.objects.update_or_create(pk=Engagement.ONE, defaults={"date": timezone.localdate(at), "as_of": at})
    a_pass(at)


def a_pass(at: datetime) -> None:
    call_command("sync_marketing_lists", at=at.isoformat(), verbosity=0)


def statuses() -> dict[str, str]:
    return dict(ListMember.objects.order_by("email").values_list("email", "status"))


def test_only_differences_are_sent(there: There) -> None:
    a_reader(ANNA)
    a_reader(BORIS)
    a_night()
    first = there.on_list
    there.calls.clear()
    a_night(NOON + DAY)
    unchanged = [call for call in there.calls if "export" not in call and not call.startswith("GET")]
    a_reader(CLARA)
    agree(ANNA, is_given=False)
    a_night(NOON + 2 * DAY)
    without_anna = there.on_list
    agree(ANNA)
    a_night(NOON + 3 * DAY)

    assert (first, unchanged, without_anna) == ([ANNA, BORIS], [], [BORIS, CLARA])
    assert there.on_list == [ANNA, BORIS, CLARA]
    assert set(statuses().values()) == {"ON_LIST"}


def test_whoever_unsubscribes_there_gets_nothing_more_from_anywhere_and_is_never_added_again(there: There) -> None:
    a_reader(ANNA)
    a_reader(BORIS)
    a_night()
    there.unsubscribe(ANNA)
    a_night(NOON + DAY)
    withdrawn = MarketingConsent.objects.filter(recipient=ANNA).current().get()
    agree(ANNA)  # later, here
    for days in (2, 3):
        a_night(NOON + days * DAY)

    assert (withdrawn.is_given, withdrawn.place) == (False, "MESSAGE")
    assert statuses() == {ANNA: "UNSUBSCRIBED", BORIS: "ON_LIST"}
    assert there.contacts[ANNA].unsubscribed
    assert MarketingConsent.objects.filter(recipient=ANNA).current().get().is_given


def test_an_address_in_capital_letters_is_the_same_person_there(unisender: There) -> None:
    a_reader("Anna@Example.org")
    a_night()
    unisender.unsubscribe(ANNA)
    a_night(NOON + DAY)

    assert unisender.contacts.keys() == {ANNA}
    assert not MarketingConsent.objects.filter(recipient="Anna@Example.org").current().get().is_given


def test_a_customer_who_is_erased_here_is_deleted_there_even_if_the_partner_is_down_for_days(there: There) -> None:
    a_reader(ANNA)
    a_reader(BORIS)
    a_night()
    erase_customer(Customer(ANNA), at=NOON + HOUR)
    there.next_troubles = ["down"] * 6
    at = NOON + 2 * HOUR
    while at < NOON + 4 * DAY:
        a_pass(at)
        at += 6 * HOUR

    assert list(there.contacts) == [BORIS]
    assert statuses() == {BORIS: "ON_LIST"}


@pytest.mark.parametrize("trouble", ["lost", "down", "busy", "bare"])
def test_a_lost_answer_or_an_outage_changes_nothing_in_the_end(there: There, trouble: str) -> None:
    a_reader(ANNA)
    there.next_troubles = ["", trouble]  # the first call reads

    a_night()
    unknown = statuses()
    a_pass(NOON + HOUR)

    assert (unknown, statuses(), there.on_list) == ({ANNA: "ADDING"}, {ANNA: "ON_LIST"}, [ANNA])


def test_one_address_that_is_refused_holds_up_no_other(unisender: There) -> None:
    unisender.refused = {ANNA}
    a_reader(ANNA)
    a_reader(BORIS)

    for days in range(2):
        a_night(NOON + days * DAY)

    assert unisender.on_list == [BORIS]
    assert statuses() == {ANNA: "REFUSED", BORIS: "ON_LIST"}
    assert ListMember.objects.get(email=ANNA).answer == "invalid_email"


def test_a_key_that_is_no_longer_valid_is_corrected_and_nothing_is_lost(there: There) -> None:
    a_reader(ANNA)
    there.key = "another"
    a_night()
    error = MarketingList.objects.get().error
    there.key = "key-us1"

    a_pass(NOON + HOUR)

    assert error.startswith("Denied")
    assert (there.on_list, MarketingList.objects.get().error) == ([ANNA], "")


def test_lists_abroad_get_nothing_from_russian_entities_before_the_notice(settings: Any) -> None:
    russian = LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    a_reader(ANNA)
    with newsletter_partner("BREVO") as there:
        settings.MARKETING_API = {"Brevo": there.url}
        marketing_list = a_list("BREVO", legal_entity=russian)
        a_night()
        before = (list(there.calls), statuses(), marketing_list.is_forbidden)
        MarketingList.objects.update(notice_on=NOON.date())
        a_pass(NOON + HOUR)

        assert before == ([], {}, True)
        assert there.on_list == [ANNA]


def test_a_sender_that_was_killed_after_its_call_loses_nothing(unisender: There, monkeypatch: Any) -> None:
    a_reader(ANNA)

    def killed(*_args: Any, **_kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(marketing, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            a_night()
    a_pass(NOON + timedelta(minutes=1))
    claimed = statuses()
    a_pass(NOON + timedelta(minutes=6))

    assert (claimed, statuses(), unisender.on_list) == ({ANNA: "ADDING"}, {ANNA: "ON_LIST"}, [ANNA])


def test_an_address_that_the_partner_never_took_is_forgotten_at_once(unisender: There) -> None:
    unisender.refused = {ANNA}
    a_reader(ANNA)
    a_night()
    erase_customer(Customer(ANNA), at=NOON + HOUR)

    a_pass(NOON + 2 * HOUR)

    assert not ListMember.objects.exists()


def test_an_erasure_while_the_partner_is_called_wins(unisender: There, monkeypatch: Any) -> None:
    a_reader(ANNA)
    tell = marketing._tell

    def erased_meanwhile(*args: Any) -> Any:
        refused = tell(*args)
        erase_customer(Customer(ANNA), at=NOON)
        return refused

    with monkeypatch.context() as patched:
        patched.setattr(marketing, "_tell", erased_meanwhile)
        a_night()
    a_pass(NOON + HOUR)

    assert (unisender.contacts, statuses()) == ({}, {})


def test_a_hint_of_the_partner_makes_us_read_and_a_forged_one_changes_nothing(unisender: There) -> None:
    a_reader(ANNA)
    a_night()
    address = f"/lists/{MarketingList.objects.get().uid}/"
    MarketingList.objects.update(next_attempt_at=timezone.now() + DAY)

    forged = Client().post(address, {"type": "unsubscribe", "data[email]": ANNA}).status_code
    a_pass(timezone.now())
    still = statuses()
    unisender.unsubscribe(ANNA)
    Client().post(address)
    a_pass(timezone.now())

    assert (forged, still) == (200, {ANNA: "ON_LIST"})
    assert statuses() == {ANNA: "UNSUBSCRIBED"}
    assert Client().post("/lists/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_customer_s_file_names_the_lists(unisender: There) -> None:
    a_reader(ANNA)
    a_night()
    order = ListMember.objects.get().order_id

    [row] = ListMember.about_customer(user=None, orders=[order])

    assert (row["marketing_list__partner"], row["status"]) == ("UNISENDER", "ON_LIST")


@pytest.mark.parametrize(
    "key", ["key", "key-evil.example/#", "x-127.0.0.1:8443/?", "key-us1\n", "key-us1@evil.example"]
)
def test_the_key_of_mailchimp_names_a_data_centre_and_no_other_host(key: str) -> None:
    marketing_list = a_list("MAILCHIMP", secret=key)

    with pytest.raises(ValidationError, match="data centre"):
        marketing_list.clean()
    with pytest.raises(Denied):
        client(marketing_list).unsubscribed(None)


def test_the_data_centre_of_the_key_is_part_of_the_host() -> None:
    partner = client(a_list("MAILCHIMP", secret="0a1b2c3d-us21"))

    assert partner.address == "https://us21.api.mailchimp.com/3.0"
