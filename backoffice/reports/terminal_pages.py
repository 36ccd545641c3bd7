"""Pages that read an acquirer's card terminal file: the choice of its columns, saved by name for the next file."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from backoffice.framework.admin import ReadOnlyAdmin
from backoffice.reports import terminal_files
from backoffice.reports.terminal_files import COLUMNS, NEEDED, headings_of
from cinema import clock
from cinema.status import Refused
from payments.models import Gateway, LegalEntity
from reports.models import PayoutFile, PayoutLayout
from reports.services import read_payouts
from screenings.models import Cinema

NEW = "terminal:new"
KEPT_UNFINISHED = timedelta(days=1)
LABELS: dict[str, Any] = {
    "time": _("Date, with or without a time"),
    "amount": _("Amount"),
    "fee": _("Fee"),
    "reference": _("Reference or authorisation code"),
    "card": _("Card number (its last digits are kept)"),
    "kind": _("Kind of operation"),
}


def layout_choices() -> list[tuple[str, Any]]:
    """What the upload form offers besides the files of providers. One query."""
    named = PayoutLayout.objects.exclude(name="").values_list("pk", "name")
    return [
        *((f"terminal:{pk}", _("Card terminal: %(name)s") % {"name": name}) for pk, name in named),
        (NEW, _("Card terminal: choose the columns")),
    ]


def place_choices() -> list[tuple[Any, Any]]:
    """Whose terminals a file may be about. Two queries."""
    entities = LegalEntity.objects.values_list("pk", "name")
    cinemas = Cinema.objects.order_by("name").values_list("pk", "name")
    return [
        ("", _("All cinemas")),
        (_("Legal entity"), [(f"entity:{pk}", name) for pk, name in entities]),
        (
            _("Cinema"),
            [(f"cinema:{pk}", name) for pk, name in cinemas],
        ),
    ]


def cinemas_of_place(place: str) -> Collection[Cinema] | None:
    """The cinemas of a choice; None for all of them."""
    kind, _colon, key = place.partition(":")
    if kind == "entity":
        return list(Cinema.objects.filter(legal_entity=int(key)))
    return list(Cinema.objects.filter(pk=int(key))) if kind == "cinema" else None


def read_terminal_file(content: bytes, layout: PayoutLayout, entered: dict[str, str], *, actor: Any) -> PayoutFile:
    """Read a file with the chosen columns. `entered` are the name, the place and the day of the payout."""
    cinemas = cinemas_of_place(entered["place"])
    zones = {cinema.time_zone for cinema in cinemas or Cinema.objects.all()}
    zone = ZoneInfo(zones.pop()) if len(zones) == 1 else ZoneInfo(settings.TIME_ZONE)
    parsed = terminal_files.parse(content, layout, zone=zone, place=entered["place"])
    return read_payouts(
        parsed.operations,
        gateway=Gateway.CARD_TERMINAL,
        name=entered["name"],
        digest=parsed.digest,
        skipped=parsed.skipped,
        paid_on=date.fromisoformat(entered["paid_on"]),
        cinemas=cinemas,
        actor=actor,
        at=clock.now(),
    )


class ColumnsForm(forms.Form):
    """Which heading is what. `payment_words` and `refund_words` are the values of the column with the kind."""

    name = forms.CharField(
        label=_("Name of this layout"),
        max_length=80,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For the next file, such as the name of the bank."),
    )
    payment_words = forms.CharField(
        label=_("Words for payments"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("Values of the kind, separated by commas. Empty: all that are no refunds."),
    )
    refund_words = forms.CharField(
        label=_("Words for refunds"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )

    field_order = ["name", *COLUMNS, "payment_words", "refund_words"]

    def __init__(self, data: Any, *, layout: PayoutLayout) -> None:
        self.layout = layout
        initial = {"name": layout.name, "payment_words": layout.payment_words, "refund_words": layout.refund_words}
        super().__init__(data, initial={**initial, **layout.columns})
        headings = [(heading, heading) for heading in layout.headings]
        for column in COLUMNS:
            empty = [("", pgettext_lazy("no column", "none"))]
            self.fields[column] = forms.ChoiceField(
                label=LABELS[column],
                choices=[*empty, *headings],
                required=column in NEEDED,
                widget=UnfoldAdminSelectWidget(),
            )
        self.order_fields(self.field_order)

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        if PayoutLayout.objects.filter(name=name).exclude(pk=self.layout.pk).exists():
            raise forms.ValidationError(gettext("There is already a layout with this name."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = [cleaned[column] for column in COLUMNS if cleaned.get(column)]
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError(gettext("Choose each column only once."))
        if cleaned.get("kind") and not cleaned.get("refund_words"):
            self.add_error("refund_words", gettext("Enter the words by which a refund is known."))
        return cleaned

    def save(self) -> PayoutLayout:
        entered = self.cleaned_data
        self.layout.name = entered["name"]
        self.layout.columns = {column: entered[column] for column in COLUMNS if entered[column]}
        self.layout.payment_words, self.layout.refund_words = entered["payment_words"], entered["refund_words"]
        self.layout.save()
        return self.layout


class TerminalPages(ReadOnlyAdmin):
    """Adds the page of columns to those of payout files."""

    def may_upload(self, request: HttpRequest) -> bool:
        raise NotImplementedError

    def after_reading(self, request: HttpRequest, file: PayoutFile) -> HttpResponse:
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.columns_view)
        return [path("columns/<int:key>/", view, name="reports_payoutfile_columns"), *super().get_urls()]

    def begin_layout(self, content: bytes, entered: dict[str, str], *, actor: Any) -> PayoutLayout:
        """Keep a file until its columns are chosen, and no other one that was left unfinished. Raises `Unreadable`."""
        headings, at = headings_of(content), clock.now()
        left = Q(created_by=actor) | Q(created_at__lt=at - KEPT_UNFINISHED)
        with transaction.atomic():
            PayoutLayout.objects.filter(left, name="").delete()
            return PayoutLayout.objects.create(
                headings=headings, content=content, entered=entered, created_at=at, created_by=actor
            )

    def columns_view(self, request: HttpRequest, key: int) -> HttpResponse:
        if not self.may_upload(request):
            raise PermissionDenied
        layout = PayoutLayout.objects.filter(pk=key).first() if key < 2**63 else None
        if layout is None:
            return self.not_found(request, str(key))  # type: ignore[return-value]
        form = ColumnsForm(request.POST or None, layout=layout)
        refusal = ""
        content = bytes(layout.content) if layout.content is not None else None
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    form.save()
                    file = self._read_waiting(layout, content, request)
            except Refused as refused:
                refusal = str(refused)
            else:
                if file is None:
                    return HttpResponseRedirect(reverse("admin:reports_payoutfile_upload"))
                return self.after_reading(request, file)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Columns of the file"),
            "opts": self.opts,
            "form": form,
            "refusal": refusal,
            "waits": content is not None,
            "back": reverse("admin:reports_payoutfile_upload"),
        }
        return TemplateResponse(request, "backoffice/reports/columns.html", context)

    def _read_waiting(self, layout: PayoutLayout, content: bytes | None, request: HttpRequest) -> PayoutFile | None:
        """The file that waited for its columns; it is not kept any longer."""
        if content is None:
            return None
        entered = layout.entered
        layout.content, layout.entered = None, {}
        layout.save(update_fields=["content", "entered"])
        return read_terminal_file(content, layout, entered, actor=request.user)
