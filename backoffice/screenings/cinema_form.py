"""The form of a cinema, which asks what stays when the time zone changes while screenings lie ahead."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from backoffice.framework.translated import texts_form
from cinema import clock
from cinema.status import Refused
from incidents.services import clock_shifts
from orders.queries import taken_tickets
from screenings.errors import PictureRefused
from screenings.models import Cinema
from screenings.pictures import MOST_BYTES
from screenings.services import sessions_ahead
from screenings.services.map_pictures import MapPicture, prepared_map


class CinemaForm(texts_form(Cinema)):  # type: ignore[misc]
    CLOCK, INSTANT = "CLOCK", "INSTANT"

    keep = forms.ChoiceField(
        label=_("If the time zone changes"),
        required=False,
        widget=UnfoldAdminSelectWidget(),
        choices=[
            ("", "---------"),
            (CLOCK, _("Keep the clock times: a screening at 19:40 stays at 19:40, in the new time zone.")),
            (INSTANT, _("Keep the actual times: screenings start when they did, and the clock shows another time.")),
        ],
    )

    map_file = forms.FileField(
        label=_("Map"),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        help_text=_(
            "A picture of the streets around it, smaller than 2 MB, shown on the shop’s page of contacts. Check that "
            "you may use it."
        ),
    )
    remove_map = forms.BooleanField(label=_("Remove the map"), required=False, widget=UnfoldBooleanSwitchWidget())

    class Meta:
        model = Cinema
        fields = "__all__"

    def clean_map_file(self) -> MapPicture | None:
        file = self.cleaned_data.get("map_file")
        try:
            return prepared_map(file.read(MOST_BYTES + 1)) if file else None
        except PictureRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.instance.pk and "time_zone" in self.changed_data and not self.errors:
            if not cleaned.get("keep"):
                self._refuse_while_screenings_lie_ahead()
            elif cleaned["keep"] == self.CLOCK:
                self._refuse_impossible_times(ZoneInfo(cleaned["time_zone"]))
        return cleaned

    def _refuse_while_screenings_lie_ahead(self) -> None:
        at = clock.now()
        ahead = sessions_ahead(self.instance, at=at)
        if not (count := ahead.count()):
            return
        sold = taken_tickets(at).filter(session__in=ahead).order_by().values("session").distinct().count()
        text = ngettext("%(count)d screening lies ahead", "%(count)d screenings lie ahead", count) % {"count": count}
        self.add_error(
            "keep",
            gettext("%(ahead)s, %(sold)d of them with tickets. Choose what stays.") % {"ahead": text, "sold": sold},
        )

    def _refuse_impossible_times(self, zone: ZoneInfo) -> None:
        """The page saves in one transaction, so the sessions stay as they are checked here."""
        try:
            clock_shifts(Cinema.objects.get(pk=self.instance.pk), zone, at=clock.now())
        except Refused as refusal:
            self.add_error("keep", str(refusal))
