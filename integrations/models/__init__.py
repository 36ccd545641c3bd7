"""Partners and their keys, what they asked for, sessions last told of, webhooks, marketing lists, film catalogues."""

from integrations.models.catalogues import Catalogue, FilmLookup, FilmProposal, PictureProposal
from integrations.models.marketing import ListMember, MarketingList
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
    "ListMember",
    "ListedSession",
    "MarketingList",
    "Partner",
    "PictureProposal",
    "WebhookDelivery",
    "WebhookEndpoint",
    "WebhookEvent",
]
