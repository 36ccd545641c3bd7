from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import MarketingConsent
from accounts.services.consents import confirm, record_consent
from customers.services import correct_address
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

GUEST = "guest@example.org"


def said(recipient: str = GUEST, *, is_given: bool = True, is_proved: bool = True, **fields) -> MarketingConsent:
    given = {"channel": "EMAIL", "place": "CHECKOUT", "at": NOON, **fields}
    return record_consent(recipient, is_given=is_given, is_proved=is_proved, **given)


def wanted() -> list[str]:
    current = MarketingConsent.objects.current().filter(is_given=True).order_by("recipient")
    return list(current.values_list("recipient", flat=True))


def to_confirm() -> list[MarketingConsent]:
    return list(MarketingConsent.objects.to_confirm(NOON))


def test_the_latest_row_of_a_channel_and_recipient_counts() -> None:
    said("a@example.org")
    said("b@example.org")
    said("b@example.org", is_given=False, at=NOON - timedelta(hours=1))  # recorded later, whatever its time
    said("c@example.org", is_given=False)
    said("c@example.org")
    said("c@example.org", is_given=False, channel="SMS")

    assert wanted() == ["a@example.org", "c@example.org"]


def test_what_a_guest_agreed_to_is_confirmed_once_the_order_is_paid_and_counts_only_then() -> None:
    order = factories.an_order(email=GUEST)
    consent = said(is_proved=False, order=order.pk)
    assert to_confirm() == []

    factories.pay(order)
    assert (to_confirm(), wanted()) == ([consent], [])
    confirm(consent, at=NOON)

    assert (to_confirm(), wanted()) == ([], [GUEST])


def test_only_what_was_asked_for_lately_and_not_taken_back_is_confirmed() -> None:
    order, other = factories.a_paid_order(email=GUEST), factories.a_paid_order(email=GUEST)
    asked = {"is_proved": False, "order": order.pk}
    said(**asked, at=NOON - timedelta(days=7))
    said(**asked)
    said(**asked, is_given=False)
    said("elsewhere@example.org", **asked)
    assert to_confirm() == []

    again = said(**asked)
    said(is_proved=False, is_given=False, order=other.pk)  # by somebody else, perhaps

    assert to_confirm() == [again]


def test_an_account_confirms_its_number_after_an_order_to_it() -> None:
    anna, stranger = factories.a_customer(), factories.a_customer()
    number, asked = "+79035550199", {"channel": "SMS", "is_proved": False, "place": "ACCOUNT"}
    month_ago = {"user": anna, "at": NOON - timedelta(days=30)}
    of_anna, _of_stranger = said(number, **asked, **month_ago), said(number, **asked, user=stranger)

    factories.a_paid_order(customer=anna, phone=number)

    assert to_confirm() == [of_anna]


def test_an_unpaid_order_changes_nothing_for_an_address_that_somebody_typed() -> None:
    said()
    order = factories.an_order(email=GUEST)
    said(is_given=False, is_proved=False, order=order.pk)

    assert wanted() == [GUEST]


def test_nobody_is_asked_again_about_an_order_before_they_unsubscribed() -> None:
    order = factories.an_order(email=GUEST)
    said(is_proved=False, order=order.pk)
    said(is_given=False)

    factories.pay(order)

    assert (to_confirm(), wanted()) == ([], [])


def test_a_corrected_address_has_agreed_to_nothing() -> None:
    order = factories.a_paid_order(email=GUEST)
    said(is_proved=False, order=order.pk)

    correct_address(
        order, email="right@example.org", reason="A typo", at=NOON, actor=someone("owner", all_cinemas=True)
    )

    assert (to_confirm(), wanted()) == ([], [])


def test_an_erased_recipient_gets_nothing() -> None:
    said("")

    assert wanted() == []


def test_staff_can_record_a_withdrawal_only() -> None:
    owner = someone("owner", all_cinemas=True)

    said(place="STAFF", actor=owner, is_given=False)
    for wrong in (
        {"place": "STAFF", "actor": owner},
        {"place": "STAFF", "is_given": False},
        {"place": "ACCOUNT", "actor": owner},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            said(**wrong)

    assert MarketingConsent.objects.count() == 1


def test_what_is_said_of_one_purpose_says_nothing_of_another() -> None:
    given = {"channel": "EMAIL", "recipient": GUEST, "wording": "", "language": "en", "place": "ACCOUNT", "at": NOON}
    news = MarketingConsent.objects.create(**given, is_given=True, is_proved=True)
    other = MarketingConsent.objects.create(**given, purpose="SURVEYS", is_given=False, is_proved=True)

    assert set(MarketingConsent.objects.current()) == {news, other}
    assert list(MarketingConsent.objects.news().current()) == [news]


def test_what_a_stranger_leaves_with_a_paid_order_does_not_replace_what_the_owner_wants() -> None:
    agreed = {"channel": "EMAIL", "recipient": "anna@example.org", "wording": "News", "language": "en"}
    own = MarketingConsent.objects.create(**agreed, place="ACCOUNT", is_given=True, is_proved=True, at=NOON)
    order = factories.a_paid_order(email="anna@example.org")
    MarketingConsent.objects.create(**agreed, place="CHECKOUT", is_given=False, is_proved=False, order=order, at=NOON)

    assert MarketingConsent.objects.current().get() == own
