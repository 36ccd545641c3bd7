import pytest
from django.test import Client

from demo.connections import PARTNER, create_partner
from integrations.models import ApiKey, WebhookEndpoint
from integrations.services.keys import partner_of
from integrations.webhooks.signing import signature
from tests.helpers.factories import NOON

pytestmark = pytest.mark.django_db

HERE = "/webhooks/demo-receiver/"


def test_the_receiver_shows_genuine_webhooks_once() -> None:
    create_partner("http://127.0.0.1:8000" + HERE, at=NOON)
    body = b'{"type": "order.paid"}'
    signed = signature([WebhookEndpoint.objects.get().secret], message_id="msg_1", timestamp=5, body=body)
    sent = {"webhook-id": "msg_1", "webhook-timestamp": "5", "webhook-signature": signed}

    def post(**headers: str) -> int:
        answer = Client().post(HERE, body, content_type="application/json", headers={**sent, **headers})
        return int(answer.status_code)

    assert [post(), post(), post(**{"webhook-signature": "v1,forged"})] == [204, 204, 400]
    assert Client().get(HERE).text == 'msg_1  {"type": "order.paid"}'


def test_each_start_of_the_demo_gives_a_new_key() -> None:
    create_partner("http://127.0.0.1:8000" + HERE, at=NOON)
    key = create_partner("http://127.0.0.1:8000" + HERE, at=NOON)

    assert partner_of(key, address=None, at=NOON).name == PARTNER
    assert ApiKey.objects.valid(NOON).count() == 1
