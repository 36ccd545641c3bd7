"""The template tag of pictures of snacks: as AVIF, WebP and JPEG."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from concessions.models import ConcessionItem
from concessions.models.items import PICTURE_SIDE
from house_rules.picture_files import addresses

register = template.Library()


@register.simple_tag
def snack_picture(item: ConcessionItem) -> SafeString:
    """The picture of an item of the bar; empty without one. Its name is beside it."""
    if not item.picture:
        return SafeString("")
    return format_html(
        '<picture class="of-item"><source type="image/avif" srcset="{}"><source type="image/webp" srcset="{}">'
        '<img src="{}" alt="" width="{size}" height="{size}" loading="lazy" decoding="async"></picture>',
        *addresses(item.picture_name),
        size=PICTURE_SIDE,
    )
