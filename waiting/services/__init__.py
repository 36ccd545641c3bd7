"""The services of the lists on which customers wait. Each file of this package is one process."""

from waiting.services.offering import offer_locked, to_offer
from waiting.services.queueing import is_open, join, leave, place_of
from waiting.services.watching import tell_locked, unwatch, watch

__all__ = ["is_open", "join", "leave", "offer_locked", "place_of", "tell_locked", "to_offer", "unwatch", "watch"]
