"""Partners and their keys, what they asked for, what was last told about sessions, and webhooks."""

from integrations.models.partners import ApiKey, ApiRequest, Partner
from integrations.models.sessions import ListedSession
from integrations.models.webhooks import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "ApiKey",
    "ApiRequest",
    "EventType",
    "ListedSession",
    "Partner",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
