"""Pages of what film catalogues propose, field by field, and of the questions to them."""

from datetime import date, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.framework.admin import NEWEST_FIRST, ReadOnlyAdmin
from backoffice.framework.badges import StatusBadgeMixin
from integrations.models import FilmLookup, FilmProposal, PictureProposal
from integrations.models.catalogues import film_field
from integrations.services.film_lookup import accept_proposal, decline_proposal
from integrations.services.film_pictures import accept_picture, decline_picture


@admin.register(FilmProposal)
class FilmProposalAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    cinema_path = None
    kept_by_cinemas = True
    colours: ClassVar = {FilmProposal.Status.OPEN: "info", FilmProposal.Status.ACCEPTED: "success"}
    list_before_template = "backoffice/integrations/proposals.html"
    ordering = ["film__title", "film", "pk"]
    list_display = ["film", "what", "has", "proposes", "source", "status_label"]
    list_filter = ["status", "source"]
    list_select_related = ["film"]
    search_fields = ["film__title", "film__original_title"]
    fields = [
        *("film", "what", "has", "proposes", "source", "page"),
        *("found_at", "status_label", "decided_at", "decided_by"),
    ]
    readonly_fields = ["what", "has", "proposes", "page", "status_label"]
    actions = ["accept", "decline"]
    actions_detail = ["accept", "decline"]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With the notice that TMDB asks for, where it is used."""
        return super().changelist_view(request, {**(extra_context or {}), "catalogues": settings.FILM_CATALOGUES})

    @admin.display(description=_("field"))
    def what(self, proposal: FilmProposal) -> str:
        return proposal.field_label

    @admin.display(description=_("the film has"))
    def has(self, proposal: FilmProposal) -> str:
        return _shown(getattr(proposal.film, proposal.field))

    @admin.display(description=_("proposed"))
    def proposes(self, proposal: FilmProposal) -> str:
        return _shown(film_field(proposal.field).to_python(proposal.value))

    @admin.display(description=_("page of the catalogue"))
    def page(self, proposal: FilmProposal) -> str:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', proposal.link)

    @confirmed_action(
        permission="integrations.decide_filmproposal",
        title=_("Accept"),
        text=_("The value is entered where the film has none yet. Nothing is ever replaced."),
        when=lambda proposal: proposal.can_be_accepted,
        icon="check",
        done=ngettext_lazy("%(count)d value has been entered.", "%(count)d values have been entered.", "count"),
    )
    def accept(self, proposal: FilmProposal, *, at: datetime, actor: User) -> str:
        accept_proposal(proposal, at=at, actor=actor)
        return gettext("%(proposal)s: entered.") % {"proposal": proposal}

    @confirmed_action(
        permission="integrations.decide_filmproposal",
        title=_("Decline"),
        text=_("The film stays as it is, and the catalogue does not propose this value again."),
        when=lambda proposal: proposal.status == FilmProposal.Status.OPEN,
        done=ngettext_lazy("%(count)d value has been declined.", "%(count)d values have been declined.", "count"),
    )
    def decline(self, proposal: FilmProposal, *, at: datetime, actor: User) -> str:
        decline_proposal(proposal, at=at, actor=actor)
        return gettext("%(proposal)s: declined.") % {"proposal": proposal}


@admin.register(PictureProposal)
class PictureProposalAdmin(StatusBadgeMixin, ActionsMixin, ReadOnlyAdmin):
    cinema_path = None
    kept_by_cinemas = True
    colours: ClassVar = {
        PictureProposal.Status.OPEN: "info",
        PictureProposal.Status.STORED: "success",
        PictureProposal.Status.FAILED: "danger",
    }
    ordering = NEWEST_FIRST
    list_display = ["film", "kind", "author", "licence", "source", "status_label"]
    list_filter = ["status", "kind", "source"]
    list_select_related = ["film"]
    search_fields = ["film__title", "author"]
    fields = [
        *("film", "kind", "page", "author", "licence", "terms", "source"),
        *("found_at", "status_label", "decided_at", "decided_by", "answer"),
    ]
    readonly_fields = ["page", "terms", "status_label"]
    actions_detail = ["accept", "decline"]

    @admin.display(description=_("page of the catalogue"))
    def page(self, proposal: PictureProposal) -> str:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', proposal.source_link)

    @admin.display(description=_("text of the licence"))
    def terms(self, proposal: PictureProposal) -> str:
        return format_html('<a href="{0}" rel="noreferrer">{0}</a>', proposal.licence_link)

    @confirmed_action(
        permission="integrations.decide_filmproposal",
        title=_("Accept"),
        text=_(
            "Look at the picture and read its licence first. It is fetched within a minute and added to the film, and "
            "its author and licence are shown on the page of the film."
        ),
        when=lambda proposal: proposal.is_open,
        icon="check",
    )
    def accept(self, proposal: PictureProposal, *, at: datetime, actor: User) -> str:
        accept_picture(proposal, at=at, actor=actor)
        return gettext("%(proposal)s: the picture is being fetched.") % {"proposal": proposal}

    @confirmed_action(
        permission="integrations.decide_filmproposal",
        title=_("Decline"),
        text=_("The catalogue does not propose this picture again."),
        when=lambda proposal: proposal.is_open,
    )
    def decline(self, proposal: PictureProposal, *, at: datetime, actor: User) -> str:
        decline_picture(proposal, at=at, actor=actor)
        return gettext("%(proposal)s: the picture is declined.") % {"proposal": proposal}


@admin.register(FilmLookup)
class FilmLookupAdmin(StatusBadgeMixin, ReadOnlyAdmin):
    cinema_path = None
    kept_by_cinemas = True
    colours: ClassVar = {
        FilmLookup.Status.QUEUED: "info",
        FilmLookup.Status.FOUND: "success",
        FilmLookup.Status.SEVERAL: "warning",
        FilmLookup.Status.FAILED: "danger",
    }
    ordering = NEWEST_FIRST
    list_display = ["film", "source", "requested_at", "requested_by", "status_label"]
    list_filter = ["status", "source"]
    list_select_related = ["film", "requested_by"]
    search_fields = ["film__title"]
    fields = [
        *("film", "source", "requested_at", "requested_by", "status_label"),
        *("advice", "attempts", "answered_at", "answer"),
    ]
    readonly_fields = ["status_label", "advice"]

    @admin.display(description=_("what to do"))
    def advice(self, lookup: FilmLookup) -> str:
        texts = {
            FilmLookup.Status.SEVERAL: _("Enter the year or a number of a catalogue for the film, then ask again."),
            FilmLookup.Status.NOT_FOUND: _("Enter the original title or a number of a catalogue, then ask again."),
            FilmLookup.Status.FAILED: _("See what the catalogue answered, then ask again."),
        }
        return str(texts.get(FilmLookup.Status(lookup.status), ""))


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return "" if value is None else str(value)
