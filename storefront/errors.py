"""What the shop refuses beyond what the process refuses. A refusal changes nothing; its text is for customers."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class LinkRefused(Refused):
    """The link to sign in was used, is too old, or is not ours."""

    code = "sign_in_link_invalid"

    def __init__(self) -> None:
        super().__init__(_("This link has been used or is too old. Ask for a new one."))
