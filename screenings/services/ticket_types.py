"""The ticket types of a new installation."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from screenings.models import AgeRating, TicketType

Audience = TicketType.SoldTo

#: Name, percentage of the price, whom the shop offers it to, and the highest age rating of a film it is sold for.
STANDARD = [
    (_("Adult"), 100, Audience.ANYBODY, ""),
    (_("Student"), 80, Audience.ANYBODY, ""),
    (_("Child"), 60, Audience.ANYBODY, AgeRating.TWELVE),
    (_("Companion"), 0, Audience.COMPANION, ""),
    (_("Complimentary"), 0, Audience.TILL, ""),
]


def create_standard_ticket_types() -> list[TicketType]:
    """Create the ticket types that a cinema needs, if there are none at all, and return the new ones.

    Named in the language of the installation. An existing type, even one off sale, means that the owner has decided, so
    repeating this changes nothing. Owns its transaction.
    """
    with transaction.atomic(), override(settings.LANGUAGE_CODE):
        if TicketType.objects.exists():
            return []
        return [
            TicketType.objects.create(
                name=gettext(name), price_percent=percent, sold_to=audience, highest_rating=rating
            )
            for name, percent, audience, rating in STANDARD
        ]
