"""Page of the chain's name, colours, fonts, footer and seller."""

import hashlib
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldBooleanSwitchWidget

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.by_language import LANGUAGES, field_name, rows_of_fields, text_fields, typed_texts
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from house_rules import fonts
from house_rules.logo import MOST_BYTES, NO_LOGO, Logo, prepared
from house_rules.models import ChainFace

FOOTER = 500


class ChainFaceForm(ConflictCheckingForm):
    """`footer` is typed by language; the column holds all of them."""

    logo_file = forms.FileField(
        label=capfirst(_("logo")),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/png,image/webp,image/jpeg"}),
        help_text=_(
            "PNG, WebP or JPEG, up to 1 MB, best with a transparent background. Shown in place of the name, and as the "
            "icon of the shop."
        ),
    )
    remove_logo = forms.BooleanField(
        label=capfirst(_("remove the logo")), required=False, widget=UnfoldBooleanSwitchWidget()
    )
    font_file = forms.FileField(
        label=capfirst(_("font file")),
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".woff2,font/woff2"}),
        help_text=_("WOFF2, up to 150 KB. Check that its licence allows use on websites."),
    )
    locals().update(text_fields("footer", _("footer"), max_length=FOOTER, rows=3))

    class Meta:
        model = ChainFace
        fields = ["name", "accent_light", "accent_dark", "heading_font", "text_font", "social", "seller"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        stored = getattr(kwargs.get("instance"), "footer", {})
        kwargs["initial"] = {
            **{field_name("footer", language): stored.get(language, "") for language in LANGUAGES},
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)

    def clean_logo_file(self) -> Logo | None:
        file = self.cleaned_data.get("logo_file")
        return prepared(file.read(MOST_BYTES + 1)) if file else None

    def clean_font_file(self) -> bytes | None:
        file = self.cleaned_data.get("font_file")
        return fonts.checked(file.read(fonts.MOST_BYTES + 1)) if file else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = {name for name in ("heading_font", "text_font") if cleaned.get(name) == fonts.Font.OWN}
        if chosen and not (cleaned.get("font_file") or self.instance.font_digest or "font_file" in self.errors):
            self.add_error("font_file", _("Upload the font, or choose another one."))
        others = {each: text for each, text in self.instance.footer.items() if each not in LANGUAGES}
        self.instance.footer = {**others, **typed_texts(cleaned, "footer")}
        return cleaned


@admin.register(ChainFace)
class ChainFaceAdmin(NoDeleteAdmin):
    """One row, as the house rules."""

    cinema_path = None
    form = ChainFaceForm
    list_display = ["__str__", "name", "seller"]
    list_select_related = ["seller"]
    readonly_fields = ["logo_now"]
    fieldsets = [
        (None, {"fields": ["name", "seller"]}),
        (_("Logo"), {"fields": ["logo_now", ("logo_file", "remove_logo")]}),
        (_("Colours"), {"fields": [("accent_light", "accent_dark")]}),
        (_("Fonts"), {"fields": [("heading_font", "text_font"), "font_file"]}),
        (_("Beneath every page"), {"fields": [*rows_of_fields("footer"), "social"]}),
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The first row: until it is stored, the settings decide."""
        return self.has_change_permission(request) and not ChainFace.objects.exists()

    def save_model(self, request: HttpRequest, obj: ChainFace, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and any(name.startswith("footer_") for name in form.changed_data):
            obj.save(update_fields=["footer"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        logo, row = form.cleaned_data.get("logo_file"), form.instance
        if font := form.cleaned_data.get("font_file"):
            row.font, row.font_digest = font, hashlib.sha256(font).hexdigest()[:20]
            row.save(update_fields=["font", "font_digest"])
        if logo or form.cleaned_data.get("remove_logo"):
            columns = logo.columns if logo else NO_LOGO
            for name, value in columns.items():
                setattr(row, name, value)
            row.save(update_fields=[*columns])

    @admin.display(description=_("logo now"))
    def logo_now(self, row: ChainFace) -> str:
        if not row.logo_digest:
            return "–"
        link = f"{reverse('shop:logo')}?{row.logo_digest}"
        return format_html('<img src="{}" alt="" height="48" class="bg-white p-1">', link)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Without “Save and add another”: there is one row."""
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: ChainFace, post_url_continue: str | None = None) -> HttpResponse:
        """Also for a page that still had that button: what follows is the list."""
        sent = request.POST.copy()
        sent.pop("_addanother", None)
        request.POST = sent  # type: ignore[assignment]
        return super().response_add(request, obj, post_url_continue)
