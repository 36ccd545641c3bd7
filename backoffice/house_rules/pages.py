"""Pages of the shop that the chain writes: their texts in every language, and all versions."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from backoffice.framework.admin import NoDeleteAdmin
from backoffice.framework.by_language import LANGUAGES, field_name, rows_of_fields, text_fields
from backoffice.framework.edit_conflicts import ConflictCheckingForm
from cinema import clock
from cinema.local_time import format_local
from house_rules.languages import own_name_of
from house_rules.models import ChainPage
from house_rules.pages import current_versions, list_published, publish

TITLE, TEXT = 120, 100_000
MARKUP = _("Headings begin with #, list items with a hyphen. **bold**, [a link](https://example.org).")


class ChainPageForm(ConflictCheckingForm):
    """The texts are those of the current versions. Saving publishes those that were changed."""

    locals().update(text_fields("title", _("title"), max_length=TITLE))
    locals().update(text_fields("text", _("text"), max_length=TEXT, rows=24, help_text=MARKUP))

    class Meta:
        model = ChainPage
        fields = ["kind", "slug", "position", "in_footer"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance = kwargs.get("instance")
        current = current_versions(instance) if instance is not None and instance.pk else {}
        texts: dict[str, str] = {}
        for language in LANGUAGES:
            version = current.get(language)
            texts[field_name("title", language)] = version.title if version else ""
            texts[field_name("text", language)] = version.text if version else ""
        kwargs["initial"] = {**texts, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for language in LANGUAGES:
            title, text = (field_name(name, language) for name in ("title", "text"))
            had = bool(self.initial.get(title))
            if bool(cleaned.get(title)) != bool(cleaned.get(text)) or (had and not cleaned.get(title)):
                missing = text if cleaned.get(title) else title
                if missing not in self.errors:
                    self.add_error(missing, self._why(had=had))
        return cleaned

    def _why(self, *, had: bool) -> str:
        if had:
            return gettext("What was published can be replaced, not removed. Enter the title and the text.")
        return gettext("Enter both the title and the text, or leave both empty.")

    def texts(self) -> dict[str, tuple[str, str]]:
        found = {}
        for language in LANGUAGES:
            title, text = (self.cleaned_data.get(field_name(name, language)) or "" for name in ("title", "text"))
            if title and text:
                found[language] = (title, text.replace("\r\n", "\n"))
        return found


@admin.register(ChainPage)
class ChainPageAdmin(NoDeleteAdmin):
    cinema_path = None
    form = ChainPageForm
    list_display = ["kind", "slug", "published_versions", "in_footer"]
    readonly_fields = ["published_versions", "all_versions"]
    history_note = _("All versions of the texts are listed on the page itself.")

    def get_fieldsets(self, request: HttpRequest, obj: ChainPage | None = None) -> Any:
        own = [("kind", "slug"), ("position", "in_footer")]
        rows = [row for each in LANGUAGES for row in rows_of_fields("title", "text", languages=[each])]
        texts = [(_("Texts"), {"fields": rows})]
        if not self.has_change_permission(request, obj):
            texts = []  # the shop shows them to everybody
        versions = [(_("Versions"), {"fields": ["all_versions"]})] if obj else []
        return [(None, {"fields": own}), *texts, *versions]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChainPage]:
        return super().get_queryset(request).prefetch_related("versions")

    def save_model(self, request: HttpRequest, obj: ChainPage, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        new = publish(obj, form.texts(), at=clock.now(), actor=request.user)
        if new:
            count = len(new)
            text = ngettext("%(count)d new version is published.", "%(count)d new versions are published.", count)
            self.message_user(request, text % {"count": count})
        else:
            list_published()

    @admin.display(description=_("published in"))
    def published_versions(self, page: ChainPage) -> str:
        latest = {each.language: each.number for each in sorted(page.versions.all(), key=lambda each: each.number)}
        return ", ".join(f"{own_name_of(language)} ({number})" for language, number in latest.items()) or "–"

    @admin.display(description=_("versions"))
    def all_versions(self, page: ChainPage) -> str:
        rows = sorted(page.versions.all(), key=lambda each: (each.language, -each.number))
        return format_html(
            "<ul>{}</ul>",
            format_html_join(
                "",
                '<li><a href="{}" class="text-primary-600 underline dark:text-primary-500">{}, {}</a> · {} · {}</li>',
                (
                    (
                        reverse("shop:page_version", args=[page.slug, each.language, each.number]),
                        own_name_of(each.language),
                        each.number,
                        each.title,
                        format_local(each.published_at),
                    )
                    for each in rows
                ),
            ),
        )
