"""Models of what happened to sessions with sales."""

from incidents.models.incidents import ChangedSession, ConcernedOrder, Incident, MovedTicket

__all__ = ["ChangedSession", "ConcernedOrder", "Incident", "MovedTicket"]
