"""The chain's own pages: terms of sale and others, contacts, colours."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from house_rules.face import face
from house_rules.limited_markdown import to_html
from house_rules.logo import ICONS
from house_rules.models import ChainFace, PageVersion
from screenings.models import Cinema

YEAR = 31_536_000  # seconds


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """The current version of a page, in the visitor's language or the best other one."""
    current = next((each for each in face().pages if each.slug == slug), None)
    if current is None:
        raise Http404
    found = get_object_or_404(PageVersion.objects.select_related("page"), pk=current.version)
    return _show(request, found, is_current=True)


@require_safe
def version(request: HttpRequest, slug: str, language: str, number: int) -> HttpResponse:
    """One version, which stays at this address for good."""
    wanted = PageVersion.objects.select_related("page").filter(page__slug=slug, language=language[:10])
    if number > 1_000_000:
        raise Http404
    found = get_object_or_404(wanted, number=number)
    return _show(request, found, is_current=any(each.version == found.pk for each in face().published))


def _show(request: HttpRequest, found: PageVersion, *, is_current: bool) -> HttpResponse:
    older = []
    if is_current:
        earlier = PageVersion.objects.filter(page=found.page_id, language=found.language, number__lt=found.number)
        older = [
            {"language": each.language, "number": each.number, "day": _day(each)}
            for each in earlier.defer("text").order_by("-number")
        ]
    return render(
        request,
        "storefront/page.html",
        {
            "version": found,
            "text": to_html(found.text),
            "published": _day(found),
            "is_current": is_current,
            "older": older,
        },
    )


def _day(found: PageVersion) -> str:
    return date_format(timezone.localtime(found.published_at), "DATE_FORMAT")


@require_safe
def contacts(request: HttpRequest) -> HttpResponse:
    cinemas = Cinema.objects.order_by("city", "name")
    return render(request, "storefront/contacts.html", {"cinemas": cinemas})


@require_safe
def face_css(request: HttpRequest) -> HttpResponse:
    """The chain's colours and fonts. Its address has their version, so browsers keep it; others lead to this one."""
    own = face()
    if request.META["QUERY_STRING"] != own.css_version:
        return redirect(f"{reverse('shop:face_css')}?{own.css_version}") if own.css_version else _css("", 0)
    return _css(own.css, YEAR)


def _css(text: str, seconds: int) -> HttpResponse:
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={seconds}"
    return response


@require_safe
def logo(request: HttpRequest) -> HttpResponse:
    return _file_of_face(request, "logo", "logo_digest", content_type="image/png")


@require_safe
def icon(request: HttpRequest, size: int) -> HttpResponse:
    if size not in ICONS:
        raise Http404
    return _file_of_face(request, f"icon_{size}", "icon_digest", content_type="image/png")


@require_safe
def font(request: HttpRequest) -> HttpResponse:
    return _file_of_face(request, "font", "font_digest", content_type="font/woff2")


def _file_of_face(request: HttpRequest, name: str, digest: str, *, content_type: str) -> HttpResponse:
    """A file of the chain. Its address has its digest, so browsers keep it."""
    stored = ChainFace.objects.filter(pk=ChainFace.ONE).values_list(name, digest).first()
    if stored is None or stored[0] is None:
        raise Http404
    response = HttpResponse(bytes(stored[0]), content_type=content_type)
    is_current = request.META["QUERY_STRING"] == stored[1]
    response["Cache-Control"] = f"public, max-age={YEAR if is_current else 300}"
    return response
