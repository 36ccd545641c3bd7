"""What a Checkout Session that is not paid means: still payable, or over for good."""

from types import SimpleNamespace

import pytest

from payments.gateways.stripe import _is_over


@pytest.mark.parametrize(
    ("session", "intent", "over"),
    [
        ("open", None, False),
        ("expired", None, True),
        ("complete", "processing", False),
        ("complete", "requires_payment_method", True),
        ("complete", "canceled", True),
        ("complete", None, False),
    ],
)
def test_an_unpaid_session_is_over_once_it_cannot_be_paid_any_more(session, intent, over):
    payment_intent = SimpleNamespace(status=intent) if intent else None

    assert _is_over(SimpleNamespace(status=session, payment_intent=payment_intent)) is over
