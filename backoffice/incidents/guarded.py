"""The form of a guarded action: it shows what would happen, and is carried out only if exactly that is confirmed."""

from typing import Any, Protocol

from django import forms

from backoffice.framework.actions import ActionForm
from incidents.errors import PreviewOutdated


class Previewed(Protocol):
    @property
    def digest(self) -> str: ...


class GuardedForm(ActionForm):
    """Shows the preview of what was entered. Sent again with the digest of that preview, in `previewed`, the action
    runs; the service compares the digest once more, under its locks.
    """

    shown: Any = None  # the preview, once there is one
    previewed = forms.CharField(widget=forms.HiddenInput, required=False)

    def preview(self) -> Previewed:
        """What the action would do with the cleaned data. Raises what the service raises."""
        raise NotImplementedError

    def needs_confirmation(self) -> bool:
        self.shown = self.preview()
        if self.cleaned_data["previewed"] == self.shown.digest:
            return False
        if self.cleaned_data["previewed"]:
            self.add_error(None, str(PreviewOutdated()))
        self.data = {name: self.data[name] for name in self.data} | {"previewed": self.shown.digest}
        return True

    def clean(self) -> dict[str, Any]:
        return super().clean() or self.cleaned_data
