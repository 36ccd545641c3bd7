import pytest
from django.utils import translation

from accounts.errors import WithdrawnAlready
from accounts.models import MarketingConsent
from accounts.services.consents import (
    Channel,
    confirm,
    consented,
    may_withdraw,
    offered_channels,
    record_consent,
    withdraw,
    wording,
)
from tests.helpers import factories
from tests.helpers.factories import NOON
from tests.helpers.users import someone

pytestmark = pytest.mark.django_db

EMAIL = "anna@example.org"


def agreed(channel: str = "EMAIL", recipient: str = EMAIL, **fields) -> MarketingConsent:
    given = {"is_given": True, "place": "ACCOUNT", "is_proved": True, "at": NOON, **fields}
    return record_consent(recipient, channel=channel, **given)


def test_the_sentence_is_kept_as_it_was_shown_and_in_its_language(settings) -> None:
    settings.SITE_NAME = "Aurora"

    shown_in_russian = agreed(language="ru")
    with translation.override("en"):
        unknown_language = agreed(language="<b>")

    assert (shown_in_russian.language, shown_in_russian.wording) == (
        "ru",
        "Хочу получать новости и предложения (Aurora) по электронной почте. Отписаться можно в любой момент.",
    )
    assert (unknown_language.language, unknown_language.wording) == (
        "en",
        "Send me news and offers from Aurora by email. I can unsubscribe at any time.",
    )


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_offered_channel_has_both_sentences(settings, language) -> None:
    settings.SMS_BACKEND = "some.Backend"

    texts = {
        wording(channel, is_given=is_given, language=language)
        for channel in offered_channels()
        for is_given in (True, False)
    }

    assert len(texts) == 4


def test_text_messages_are_offered_where_they_can_be_sent(settings) -> None:
    settings.SMS_BACKEND = ""
    assert offered_channels() == [Channel.EMAIL]

    settings.SMS_BACKEND = "some.Backend"
    assert offered_channels() == [Channel.EMAIL, Channel.SMS]


def test_each_channel_is_a_choice_of_its_own(django_assert_num_queries) -> None:
    agreed("SMS", "+79035550199")
    agreed("EMAIL", is_given=False)

    with django_assert_num_queries(1):
        assert consented({Channel.EMAIL: EMAIL, Channel.SMS: "+79035550199"}) == {Channel.SMS}
    assert consented({Channel.EMAIL: "+79035550199"}) == set()


def test_a_confirmation_has_the_words_that_were_agreed_to_and_again_records_nothing() -> None:
    asked = agreed(place="CHECKOUT", is_proved=False, language="ru")
    assert consented({Channel.EMAIL: EMAIL}) == set()

    for _time in range(2):
        confirm(asked, at=NOON)

    [confirmed] = MarketingConsent.objects.exclude(pk=asked.pk)
    assert (confirmed.wording, confirmed.language, confirmed.place) == (asked.wording, "ru", "MESSAGE")
    assert consented({Channel.EMAIL: EMAIL}) == {Channel.EMAIL}


def test_whoever_asked_for_what_was_confirmed_may_take_it_back() -> None:
    order, other = factories.a_paid_order(email=EMAIL), factories.a_paid_order(email=EMAIL)
    anna, stranger = factories.a_customer(), factories.a_customer()
    confirm(agreed(place="CHECKOUT", is_proved=False, order=order.pk), at=NOON)
    confirm(agreed("SMS", "+79035550199", is_proved=False, user=anna), at=NOON)

    assert [may_withdraw("EMAIL", EMAIL, user=None, order=each.pk) for each in (order, other)] == [True, False]
    assert [may_withdraw("SMS", "+79035550199", user=each, order=None) for each in (anna, stranger)] == [True, False]
    assert not may_withdraw("EMAIL", EMAIL, user=None, order=None)


def test_withdrawing_records_who_did_it_and_again_records_nothing() -> None:
    owner, anna = someone("owner", all_cinemas=True), factories.a_customer()
    consent = agreed(user=anna)

    withdrawn = withdraw(consent, place="STAFF", actor=owner, at=NOON)
    with pytest.raises(WithdrawnAlready):
        withdraw(consent, place="MESSAGE", at=NOON)

    assert (withdrawn.is_given, withdrawn.place, withdrawn.actor, withdrawn.user) == (False, "STAFF", owner, anna)
    assert consented({Channel.EMAIL: EMAIL}) == set()
    assert MarketingConsent.objects.count() == 2
    consent.refresh_from_db()
    assert consent.is_given
