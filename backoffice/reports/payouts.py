"""Pages of the reconciliation with payment providers: their payout files, and the lines of these."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.body_limit import LargeBody
from accounts.models import User
from accounts.scope import cinemas_of
from backoffice.framework.actions import ActionForm, ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import status_badge
from backoffice.framework.fields import ReasonField
from backoffice.framework.import_export.files import grouped
from backoffice.reports import payout_files
from backoffice.reports.payout_files import MOST_BYTES, MOST_ROWS, SOURCES
from backoffice.reports.terminal_pages import NEW, TerminalPages, layout_choices, place_choices, read_terminal_file
from cinema import clock
from cinema.local_time import validate_year
from cinema.status import Refused
from reports.models import PayoutFile, PayoutLayout, PayoutLine
from reports.services import clarify, read_payouts

COLOURS: dict[str, str] = {
    PayoutLine.Outcome.AGREES: "success",
    PayoutLine.Outcome.MISSING_HERE: "danger",
    PayoutLine.Outcome.MISSING_THERE: "danger",
    PayoutLine.Outcome.OTHER_AMOUNT: "danger",
    PayoutLine.Outcome.IN_OTHER_FILE: "warning",
}


def _heading(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=100, required=False, widget=UnfoldAdminTextInputWidget())


class UploadForm(forms.Form):
    source = forms.ChoiceField(
        label=_("Kind of file"),
        choices=lambda: [*((key, source.title) for key, source in SOURCES.items()), *layout_choices()],
        widget=UnfoldAdminSelectWidget(),
    )
    file = forms.FileField(
        label=_("File"), max_length=200, widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"})
    )
    paid_on = forms.DateField(
        label=_("Date of the payout"),
        required=False,
        validators=[validate_year],
        widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}),
        help_text=_("For lines that name none: when the money reached the account. Empty: today."),
    )
    place = forms.ChoiceField(
        label=_("Whose card terminals"), choices=place_choices, required=False, widget=UnfoldAdminSelectWidget()
    )
    reference = _heading(_("Column with the reference"))
    amount = _heading(_("Column with the amount"))
    fee = _heading(_("Column with the fee"))
    time = _heading(_("Column with the time"))

    NAMED = ("reference", "amount", "fee", "time")

    def clean_paid_on(self) -> date:
        return self.cleaned_data["paid_on"] or timezone.localdate(clock.now())

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:  # before reading it
            raise forms.ValidationError(
                gettext("The file is larger than %(most)d MB. Split it.") % {"most": MOST_BYTES // 1_000_000}
            )
        return file


@admin.register(PayoutFile)
class PayoutFileAdmin(TerminalPages):
    cinema_path = None  # a file is about all cinemas
    ordering = NEWEST_FIRST
    list_display = ["name", "gateway", "uploaded_at", "uploaded_by", "lines_read", "lines_known", "lines_skipped"]
    list_filter = ["gateway"]
    list_select_related = ["uploaded_by"]
    list_before_template = "backoffice/reports/upload_link.html"

    def may_upload(self, request: HttpRequest) -> bool:
        """Files are about all cinemas, so they are read in by people who work for all of them."""
        return request.user.has_perm("reports.upload_payoutfile") and cinemas_of(request) is None

    def get_urls(self) -> list[Any]:
        upload = self.admin_site.admin_view(self.upload_view)
        upload.large_body = LargeBody(MOST_BYTES + 100_000, self.may_upload)
        return [path("upload/", upload, name="reports_payoutfile_upload"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"may_upload": self.may_upload(request), **(extra_context or {})})

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        if not self.may_upload(request):
            raise PermissionDenied
        today = timezone.localdate(clock.now()).isoformat()
        form = UploadForm(request.POST or None, request.FILES or None, initial={"paid_on": today})
        refusal = ""
        if request.method == "POST" and form.is_valid():
            try:
                return self._read(form, request)
            except Refused as refused:
                refusal = str(refused)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload a payout file"),
            "opts": self.opts,
            "form": form,
            "refusal": refusal,
            "sources": [(source.title, source.columns.values()) for source in SOURCES.values()],
            "most_rows": grouped(MOST_ROWS),
            "layouts": PayoutLayout.objects.exclude(name=""),
            "back": reverse("admin:reports_payoutfile_changelist"),
        }
        return TemplateResponse(request, "backoffice/reports/upload.html", context)

    def _read(self, form: UploadForm, request: HttpRequest) -> HttpResponse:
        entered, content = form.cleaned_data, form.cleaned_data["file"].read()
        if entered["source"] not in SOURCES:
            of_file = {key: str(entered[key]) for key in ("place", "paid_on")} | {"name": entered["file"].name}
            if entered["source"] == NEW:
                layout = self.begin_layout(content, of_file, actor=request.user)
                return HttpResponseRedirect(reverse("admin:reports_payoutfile_columns", args=[layout.pk]))
            layout = PayoutLayout.objects.get(pk=entered["source"].partition(":")[2])
            return self.after_reading(request, read_terminal_file(content, layout, of_file, actor=request.user))
        source = SOURCES[entered["source"]]
        parsed = payout_files.parse(content, source, {each: entered[each] for each in form.NAMED})
        file = read_payouts(
            parsed.operations,
            gateway=source.gateway,
            name=entered["file"].name,
            digest=parsed.digest,
            skipped=parsed.skipped,
            paid_on=entered["paid_on"],
            actor=request.user,  # type: ignore[arg-type]
            at=clock.now(),
        )
        return self.after_reading(request, file)

    def after_reading(self, request: HttpRequest, file: PayoutFile) -> HttpResponse:
        """Say what was read, and show the lines."""
        still_open = PayoutLine.objects.open().filter(file=file).count()
        message = ngettext("%(count)d line was read.", "%(count)d lines were read.", file.lines_read)
        messages.success(request, message % {"count": file.lines_read})
        if still_open:
            message = ngettext(
                "%(count)d line does not agree with our records.",
                "%(count)d lines do not agree with our records.",
                still_open,
            )
            messages.warning(request, message % {"count": still_open})
        chosen = urlencode({"file__id__exact": file.pk})
        return HttpResponseRedirect(f"{reverse('admin:reports_payoutline_changelist')}?{chosen}")


class OpenFilter(admin.SimpleListFilter):
    """Lines that wait for a person. The dashboard links here with its parameter."""

    title = _("to be clarified")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[PayoutLine]:
        return queryset.open() if self.value() == "yes" else queryset


class ClarifyForm(ActionForm):
    note = ReasonField(label=_("Explanation"))


@admin.register(PayoutLine)
class PayoutLineAdmin(ActionsMixin, ReadOnlyAdmin):
    """Lines without a payment or refund of ours belong to no cinema: people who work for all cinemas see them."""

    cinema_path = "cinema"
    ordering = NEWEST_FIRST
    list_display = ["kind", "result", "amount", "ours", "fee", "at", "cinema", "reference", "card", "note"]
    list_filter = [OpenFilter, "outcome", "kind", "gateway"]
    list_select_related = ["cinema"]
    link_lookups = frozenset({"file__id__exact"})
    search_fields = ["=reference"]
    exclude = ["outcome"]
    readonly_fields = ["result"]
    actions_detail = ["clarify"]

    @admin.display(description=_("result"), ordering="outcome")
    def result(self, line: PayoutLine) -> str:
        if line.clarified_at is not None:
            return status_badge(gettext("%(result)s, clarified") % {"result": line.get_outcome_display()}, "info")
        return status_badge(line.get_outcome_display(), COLOURS[line.outcome])

    @confirmed_action(
        permission="reports.clarify_payoutline",
        title=_("Mark as clarified"),
        text=_("The line stays as it is; the explanation is stored with your name."),
        form=ClarifyForm,
        when=lambda line: line.is_open,
    )
    def clarify(self, line: PayoutLine, *, at: datetime, actor: User, note: str) -> str:
        clarify(line, note=note, actor=actor, at=at)
        return gettext("The explanation is stored.")
