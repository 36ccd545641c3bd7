"""Form fields that the forms of several apps' pages share."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from cinema.validators import LONGEST_REASON, TextFormField


class ReasonField(TextFormField):
    """A reason in one line, as long as the database keeps."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {"label": _("Reason"), "max_length": LONGEST_REASON, "widget": UnfoldAdminTextInputWidget()}
        super().__init__(**{**defaults, **kwargs})
