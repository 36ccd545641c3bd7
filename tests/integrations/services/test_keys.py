from datetime import timedelta

import pytest

from accounts.errors import RateLimited
from integrations.errors import ApiKeyRefused, KeyRevokedAlready, TooManyKeys
from integrations.models import ApiKey
from integrations.services.keys import issue_key, partner_of, revoke_key
from tests.helpers.factories import NOON
from tests.helpers.partners import a_partner

pytestmark = pytest.mark.django_db


def test_a_key_is_stored_as_a_hash_only() -> None:
    partner, text = a_partner()

    key = ApiKey.objects.get()

    assert text.partition("_")[2] not in str(vars(key))
    assert partner_of(text, address="203.0.113.9", at=NOON) == partner


def test_the_former_key_works_while_the_partner_changes_to_the_next() -> None:
    partner, former = a_partner()
    _key, following = issue_key(partner, at=NOON)
    later = NOON + timedelta(days=14)

    with pytest.raises(TooManyKeys):
        issue_key(partner, at=NOON)
    assert {partner_of(text, address=None, at=later - timedelta(minutes=1)) for text in (former, following)} == {
        partner
    }
    with pytest.raises(ApiKeyRefused):
        partner_of(former, address=None, at=later)
    assert partner_of(following, address=None, at=later) == partner


def test_a_revoked_key_stops_at_once() -> None:
    _partner, text = a_partner()
    key = ApiKey.objects.get()
    revoke_key(key, at=NOON)

    with pytest.raises(ApiKeyRefused):
        partner_of(text, address=None, at=NOON)
    with pytest.raises(KeyRevokedAlready):
        revoke_key(key, at=NOON)


def test_wrong_keys_from_one_address_are_limited() -> None:
    for _ in range(30):
        with pytest.raises(ApiKeyRefused):
            partner_of("cine00000000_guess", address="203.0.113.9", at=NOON)

    with pytest.raises(RateLimited):
        partner_of("cine00000000_guess", address="203.0.113.9", at=NOON)
