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


class StartNotRecordable(Refused, code="start_not_recordable"):
    """The start of the session is recorded, or would be, an hour after the planned one, or after the planned end."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A late start can be recorded until an hour after the planned one. It has to be within that hour too, "
                "and before the planned end. Nothing was changed. Move or cancel the screening if it could not be "
                "shown."
            )
        )


class ScreeningBegun(Refused, code="screening_begun"):
    """The session began more than an hour ago, so it is not moved to another time."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "A screening can be moved to another time until an hour after its start, because later guests have "
                "seen most of the film. Nothing was changed. Cancel it if it could not be shown."
            )
        )


class ReturnedAtCinema(Refused, code="returned_at_cinema"):
    """A late start was entered after the start, and by its links as much was returned as one person may decide."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "These tickets can’t be returned here, because the late start was entered after the screening was to "
                "begin. Please ask at the cinema."
            )
        )


class DecisionClosed(Refused, code="decision_closed"):
    """The guest can no longer choose between keeping the tickets and a refund."""

    def __init__(self) -> None:
        super().__init__(
            _("It is too late to return these tickets here. If you could not come, please talk to the cinema.")
        )


class SeatsNotChangeable(Refused, code="seats_not_changeable"):
    """The tickets cannot be moved to these seats: not paid, used, over, cancelled, or of another price."""
