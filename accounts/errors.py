from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.status import Refused


class UnknownPermission(Exception):
    """The table of roles names permissions that no model has, or whose migration has not run."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))


class NotYourself(Refused):
    """Who switches themselves off cannot switch themselves on again."""

    def __str__(self) -> str:
        return _("You cannot switch yourself off.")


class NotYours(Refused):
    """The person may do more than the one who acts, or works in other cinemas too."""

    def __init__(self, person: Any) -> None:
        super().__init__(person)
        self.person = person

    def __str__(self) -> str:
        return _("%(person)s has more rights or cinemas than you have.") % {"person": self.person}


class SecondNeeded(Refused):
    """What a person does alone goes so far; beyond that a second one has to agree."""

    def __str__(self) -> str:
        return _("This is over the limit for one person: a second one has to approve it.")


class NotTheSecond(Refused):
    """Who asks does not approve as well, and who may not do it cannot agree to it."""

    def __str__(self) -> str:
        return _("Somebody else has to approve this: another person, who may do it too.")


class Changed(Refused):
    """What was asked for cannot be done as it was asked any more."""

    def __str__(self) -> str:
        return _("Things have changed since this was asked for. Refuse it, and have it asked for anew.")


class LastOwner(Refused):
    """Without an active owner or superuser nobody could appoint one."""

    def __str__(self) -> str:
        return _("The last owner cannot be switched off.")


class RateLimited(Refused):
    """Somebody, or somebody's address, asks too often. `wait` are seconds."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        minutes = max(1, -(-wait // 60))
        super().__init__(
            ngettext(
                "That was too often in a short time. Try again in %(minutes)d minute.",
                "That was too often in a short time. Try again in %(minutes)d minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )
