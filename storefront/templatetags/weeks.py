"""The days of a film's week, built in Python: a large chain has hundreds of them on a page."""

from collections.abc import Sequence
from datetime import date

from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from storefront.services.week import FilmWeek
from storefront.templatetags.shop import card, duration

register = template.Library()


@register.simple_tag
def film_weeks(weeks: Sequence[FilmWeek]) -> SafeString:
    """Each film with links to the days on which it is shown, and how often."""
    days = {day: date_format(day, "D j") for week in weeks for day, _count in week.days}
    counts = {count: _showtimes(count) for week in weeks for _day, count in week.days}
    return format_html_join(
        "\n",
        '<li><a class="of" href="{0}">{1}<span><b>{2}</b> <span class="meta"><span class="rating">{3}</span> {4}</span>'
        '</span></a><p class="on-days">{5}</p></li>',
        ((page := reverse("shop:film", args=[week.film.pk]), card(week.film), week.film.shown.title,
          week.film.age_rating, duration(week.film.duration_minutes), _links(week, page, days, counts))
         for week in weeks),
    )  # fmt: skip


def _links(week: FilmWeek, page: str, days: dict[date, str], counts: dict[int, str]) -> SafeString:
    return format_html_join(
        "",
        '<a href="{}?day={}"><b>{}</b> <small>{}</small></a> ',
        ((page, day, days[day], counts[count]) for day, count in week.days),
    )


def _showtimes(count: int) -> str:
    return ngettext("%(count)s showtime", "%(count)s showtimes", count) % {"count": count}
