"""Partners and their keys, what they asked for, what was last told about sessions, webhooks, and marketing lists."""

from integrations.models.marketing import ListMember, MarketingList
from integrations.models.partners import ApiKey, ApiRequest, Partner
from integrations.models.sessions import ListedSession
from integrations.models.webhooks import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "ApiKey",
    "ApiRequest",
    "EventType",
    "ListMember",
    "ListedSession",
    "MarketingList",
    "Partner",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
