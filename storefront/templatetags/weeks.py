"""The week of the programme, built in Python: it has hundreds of sessions, that of a large chain hundreds of days."""

from collections.abc import Sequence

from django import template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from screenings.models import Film
from storefront.services.programme import Day
from storefront.services.week import FilmWeek
from storefront.templatetags.shop import card, duration, showings
from storefront.templatetags.shop import day as day_of

register = template.Library()


@register.simple_tag
def film_weeks(weeks: Sequence[FilmWeek]) -> SafeString:
    """Each film with links to the days on which it is shown, and how often."""
    times = {
        (day, count): format_html('?day={}"><b>{}</b> {}</a>', day, date_format(day, "D j"), _showtimes(count))
        for day, count in {each for week in weeks for each in week.days}
    }
    shape = (
        '<li><a class="of" href="{0}">{1}<span><b>{2}</b> <span class="meta"><span class="rating">{3}</span> {4}</span>'
        "</span></a><p>{5}</p></li>"
    )
    return format_html_join("\n", shape, (
        (page := _page_of(week.film), card(week.film), week.film.shown.title, week.film.age_rating,
         duration(week.film.duration_minutes),
         SafeString("".join(f'<a href="{page}{times[each]}' for each in week.days)))
        for week in weeks
    ))  # fmt: skip


@register.simple_tag
def week_in_full(days: Sequence[Day], *, named: bool) -> SafeString:
    """Each day with its films and their sessions; their cinemas are `named` unless there is one alone."""
    films = {of_film.film.pk: of_film.film for day in days for of_film in day.films}
    shape = '<div class="about"><h3><a href="{}">{}</a></h3><p class="meta"><span class="rating">{}</span> {}</p></div>'
    heads = {
        key: format_html(shape, _page_of(film), film.shown.title, film.age_rating, duration(film.duration_minutes))
        for key, film in films.items()
    }
    return format_html_join(
        "\n",
        '<section class="on"><h2 class="up">{}</h2><div class="slim">{}</div></section>',
        ((day_of(day.date), format_html_join(
            "\n",
            '<article class="film">{}<div class="ats">{}</div></article>',
            ((heads[each.film.pk], showings(each.cinemas, named=named, brief=True)) for each in day.films)))
         for day in days),
    )  # fmt: skip


def _page_of(film: Film) -> SafeString:
    return SafeString(reverse("shop:film", args=[film.pk]))


def _showtimes(count: int) -> str:
    return ngettext("%(count)s showtime", "%(count)s showtimes", count) % {"count": count}
