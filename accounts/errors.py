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


class ApprovalRequired(Refused):
    """The amount is above the limit for one person. `service` names what may be requested with `request_approval`."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service

    def __str__(self) -> str:
        return _("This is above the limit for one person. A colleague has to approve it.")


class ApproverNotAllowed(Refused):
    """The approver is the person who asked, or one of the two may not do this (any more)."""

    def __str__(self) -> str:
        return _("You cannot approve this: it takes two people, and both need the right to do it themselves.")


class ApprovalOutdated(Refused):
    """The request is not the one that was shown, was withdrawn, or would now do something else than it says."""

    def __str__(self) -> str:
        return _("This request is out of date. Look at the current one, or ask your colleague to make a new request.")


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
