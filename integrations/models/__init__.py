"""Partners and their keys, what they asked for, and what was last told about sessions."""

from integrations.models.partners import ApiKey, ApiRequest, Partner
from integrations.models.sessions import ListedSession

__all__ = ["ApiKey", "ApiRequest", "ListedSession", "Partner"]
