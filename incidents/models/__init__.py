"""Models of what happened to sessions with sales."""

from incidents.models.incidents import LONGEST_WORDS, ChangedSession, ConcernedOrder, Incident, MovedTicket

__all__ = ["LONGEST_WORDS", "ChangedSession", "ConcernedOrder", "Incident", "MovedTicket"]
