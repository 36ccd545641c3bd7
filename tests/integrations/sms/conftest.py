from collections.abc import Iterator
from typing import Any

import pytest

from tests.helpers.sms_provider import KEY, Provider, sms_provider

BACKENDS = {
    "sms.ru": "integrations.sms.smsru.SmsRu",
    "smsc": "integrations.sms.smsc.Smsc",
    "twilio": "integrations.sms.twilio.Twilio",
}


@pytest.fixture(params=list(BACKENDS))
def there(request: pytest.FixtureRequest, settings: Any) -> Iterator[Provider]:
    """Each of the three providers in turn."""
    settings.SMS_BACKEND = BACKENDS[request.param]
    settings.SMS_LOGIN, settings.SMS_PASSWORD, settings.SMS_SENDER = "AC1", KEY, "Cinema"
    with sms_provider() as provider:
        settings.SMS_API = provider.url
        yield provider


@pytest.fixture
def smsc(settings: Any) -> Iterator[Provider]:
    settings.SMS_BACKEND, settings.SMS_PASSWORD = BACKENDS["smsc"], KEY
    with sms_provider() as provider:
        settings.SMS_API = provider.url
        yield provider
