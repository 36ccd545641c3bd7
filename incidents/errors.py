"""Refusals of changes to sessions with sales. Each text tells people what was refused, why, and what to do."""

from django.utils.translation import gettext as _

from cinema.status import Refused


class PreviewOutdated(Refused, code="preview_outdated"):
    """What was shown before the confirmation is no longer what would happen."""

    def __init__(self) -> None:
        super().__init__(_("This is no longer what you were shown: check it again, then confirm. Nothing was changed."))


class NothingToChange(Refused, code="nothing_to_change"):
    """There is no session to which the change could apply."""

    def __init__(self) -> None:
        super().__init__(_("There are no screenings that this would change. Choose another day or another hall."))


class DecisionClosed(Refused, code="decision_closed"):
    """The guest can no longer choose between keeping the tickets and a refund."""

    def __init__(self) -> None:
        super().__init__(
            _("It is too late to return these tickets here. If you could not come, please talk to the cinema.")
        )
