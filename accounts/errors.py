from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from cinema.lives import Refused


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


class LastOwner(Refused):
    """Without an active owner or superuser nobody could appoint one."""

    def __str__(self) -> str:
        return _("The last owner cannot be switched off.")
