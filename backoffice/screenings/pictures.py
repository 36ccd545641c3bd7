"""The page of a film's pictures and trailer: its poster and its stills are uploaded, described and removed here."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.body_limit import LargeBody
from cinema.ids import valid_ids
from cinema.status import Refused
from screenings.errors import PictureGone
from screenings.models import Film, FilmPicture
from screenings.pictures import MOST_BYTES
from screenings.services import add_picture, remove_picture, set_trailer

ENVELOPE = 100_000  # bytes of a request besides the file


class PictureForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=FilmPicture.Kind, widget=UnfoldAdminSelectWidget())
    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "image/jpeg,image/png,image/webp,image/avif"}),
        help_text=_(
            "JPEG, PNG, WebP or AVIF, up to 20 MB. Posters look best at 720 × 1080 pixels, stills at 1600 × 900."
        ),
    )
    text = forms.CharField(
        label=_("What it shows"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("For people who cannot see the picture: a short sentence."),
    )


class TrailerForm(forms.Form):
    trailer = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": "video/mp4,video/webm"}),
        help_text=_("MP4 or WebM, up to 20 MB. The website plays it itself; nothing loads before a visitor presses."),
    )


class FilmPicturesMixin:
    """The part of the film's admin that is about its pictures. Whoever may change the film may change them."""

    def get_urls(self) -> list[Any]:
        page: Any = self
        view = page.admin_site.admin_view(self.pictures_view)
        view.large_body = LargeBody(MOST_BYTES + ENVELOPE, page.has_change_permission)
        own = [path("<int:key>/pictures/", view, name="screenings_film_pictures")]
        return own + super().get_urls()  # type: ignore[misc]

    def pictures_of(self, film: Film) -> str:
        """Small pictures, and a link to their page. One query."""
        if not film.pk:
            return gettext("Save the film first.")
        shown = format_html_join(
            " ",
            '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
            ((each.small, round(90 * each.width / each.height), 90, each.text or each.get_kind_display())
             for each in film.pictures.all()),
        )  # fmt: skip
        link = reverse("admin:screenings_film_pictures", args=[film.pk])
        text = gettext("Add, describe and remove pictures")
        return format_html('{} <a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', shown, link, text)

    def pictures_view(self, request: HttpRequest, key: int) -> HttpResponse:
        page: Any = self
        film = page.get_object(request, str(key))
        if film is None:
            return page.not_found(request, str(key))
        if not page.has_change_permission(request, film):
            raise PermissionDenied
        form, trailer = PictureForm(initial=request.GET.dict()), TrailerForm()
        refusal = ""
        if request.method == "POST":
            form, trailer = (
                (form, TrailerForm(request.POST, request.FILES))
                if "video" in request.POST
                else (PictureForm(request.POST, request.FILES), trailer)
            )
            try:
                if (message := self._changed(request, film, form, trailer)) is not None:
                    page.log_change(request, film, message)
                    page.message_user(request, message)
                    return HttpResponseRedirect(request.path)
            except Refused as refused:
                refusal = str(refused)
        context = {
            **page.admin_site.each_context(request),
            "title": _("Pictures"),
            "subtitle": str(film),
            "opts": page.opts,
            "film": film,
            "pictures": film.pictures.all(),
            "form": form,
            "trailer_form": trailer,
            "refusal": refusal,
            "back": page.change_url(film),
        }
        return TemplateResponse(request, "backoffice/screenings/pictures.html", context)

    def _changed(self, request: HttpRequest, film: Film, form: PictureForm, trailer: TrailerForm) -> str | None:
        """Does what was asked for, and says so; None if the form has errors."""
        if request.POST.get("video") == "remove":
            set_trailer(film, content=None)
            return gettext("The trailer is removed.")
        if "video" in request.POST:
            if not trailer.is_valid():
                return None
            set_trailer(film, content=trailer.cleaned_data["trailer"].read())
            return gettext("The trailer is added.")
        if "add" in request.POST:
            if not form.is_valid():
                return None
            entered = form.cleaned_data
            added = add_picture(film, content=entered["file"].read(), kind=entered["kind"], text=entered["text"])
            return gettext("The picture is added: %(kind)s.") % {"kind": added.get_kind_display()}
        keys = valid_ids([request.POST.get("remove") or request.POST.get("describe") or ""])
        picture = film.pictures.filter(pk__in=keys).first()
        if picture is None:
            raise PictureGone
        if "remove" in request.POST:
            remove_picture(picture)
            return gettext("The picture is removed: %(kind)s.") % {"kind": picture.get_kind_display()}
        picture.text = request.POST.get("text", "")[:200].replace("\0", "")
        picture.save(update_fields=["text"])
        return gettext("The description of the picture is saved.")
