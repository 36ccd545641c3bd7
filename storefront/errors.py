"""What the shop refuses beyond what the process refuses. A refusal changes nothing; its text is for customers."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class LinkRefused(Refused):
    """A link to sign in is used, too old, or not ours."""

    def __init__(self) -> None:
        super().__init__(_("This link has been used or is too old. Ask for a new one."))
