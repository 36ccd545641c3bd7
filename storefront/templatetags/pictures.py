"""Template tags of pictures of films and snacks: each is offered as AVIF, WebP and JPEG in the widths that it has."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from house_rules.picture_files import addresses
from screenings.models import Cinema, FilmPicture

register = template.Library()

TILE = "(max-width: 40rem) 90px, 240px"  # how wide a poster is shown in lists


@register.simple_tag
def picture(shown: FilmPicture, *, sizes: str, text: str = "", lazy: bool = True) -> SafeString:
    """A <picture> whose place is kept while it loads. `sizes` says how wide it is shown, as in HTML; `text` what it
    shows, empty if words beside it say so. A picture at the top of a page is not lazy.
    """
    widths = shown.widths
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        (
            (kind, ", ".join(f"{shown.url(width, extension)} {width}w" for width in widths), sizes)
            for extension, kind in FilmPicture.FORMATS.items()
            if extension != "jpg"  # for the few browsers that know neither, in one size
        ),
    )
    return format_html(
        '<picture>{}<img src="{}" alt="{}" width="{}" height="{}"{}></picture>',
        sources,
        shown.url(widths[min(1, len(widths) - 1)]),
        text,
        shown.width,
        shown.height,
        SafeString(' loading="lazy" decoding="async"' if lazy else ' fetchpriority="high"'),
    )


@register.simple_tag
def map_of(cinema: Cinema) -> SafeString:
    """The map of a cinema that has one; its address is beside it."""
    if not cinema.map_picture:
        return SafeString("")
    return format_html(
        '<picture class="map"><source type="image/avif" srcset="{}"><source type="image/webp" srcset="{}">'
        '<img src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async"></picture>',
        *addresses(cinema.map_name),
        *(_("Map: %(cinema)s") % {"cinema": cinema.shown.name}, cinema.map_width, cinema.map_height),
    )


@register.simple_tag
def large(shown: FilmPicture) -> str:
    """The address of the largest file, to be opened by itself."""
    return shown.url(shown.width)
