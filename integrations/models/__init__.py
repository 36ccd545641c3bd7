"""Partners and their keys, what they asked for, what was last told about sessions, webhooks, and film catalogues."""

from integrations.models.catalogues import Catalogue, FilmLookup, FilmProposal
from integrations.models.partners import ApiKey, ApiRequest, Partner
from integrations.models.sessions import ListedSession
from integrations.models.webhooks import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent

__all__ = [
    "ApiKey",
    "ApiRequest",
    "Catalogue",
    "EventType",
    "FilmLookup",
    "FilmProposal",
    "ListedSession",
    "Partner",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
