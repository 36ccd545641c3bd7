"""Files about the site for search engines and phones: robots.txt, the sitemap, the web manifest."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from cinema import clock
from house_rules.face import face
from house_rules.logo import INSTALLED
from screenings.listings import advertised
from screenings.models import Film, with_pictures
from storefront.services.addresses import alternates


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    private = [
        reverse("admin:index"),
        reverse("shop:account"),
        reverse("shop:order", args=["token"]).removesuffix("token/"),
        reverse("shop:find_order"),
    ]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('shop:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The start page, films on sale or announced with their posters, the chain's own pages, each in every language."""
    at = clock.now()
    on_sale = Film.objects.filter(pk__in=advertised(at).order_by().values("film")).order_by()
    announced = Film.objects.filter(Film.announced(at.date())).order_by()
    films = with_pictures(on_sale.union(announced).order_by("id"))
    paths = [(reverse("shop:home"), ""), (reverse("shop:contacts"), "")]
    paths += [(reverse("shop:page", args=[page.slug]), "") for page in face().pages]
    for film in films:
        poster = settings.SITE_URL + film.poster.url(film.poster.width) if film.poster else ""
        paths.append((reverse("shop:film", args=[film.pk]), poster))
    links = [(address, poster, alternates(path)) for path, poster in paths for _code, address in alternates(path)]
    return render(request, "storefront/sitemap.xml", {"links": links}, content_type="application/xml")


@require_safe
@cache_control(max_age=86_400)
def manifest(request: HttpRequest) -> JsonResponse:
    """What a phone shows when somebody puts the shop on its first screen."""
    own = face()
    name = str(own.name)
    icons = [
        {
            "src": f"{reverse('shop:icon', args=[size])}?{own.icon_digest}"
            if own.icon_digest
            else static(f"shop/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in INSTALLED
    ]
    content = {
        "name": name,
        "short_name": name[:12],
        "lang": get_language(),
        "start_url": reverse("shop:home"),
        "scope": reverse("shop:home"),
        "display": "minimal-ui",
        "background_color": "#fbf8f3",
        "theme_color": "#fbf8f3",
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")
