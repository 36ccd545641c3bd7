"""What visitors look for in the programme: a time, a format, a language, a genre, something for children."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields

from django.utils.translation import gettext as _

from house_rules.languages import language_name
from screenings.models import AgeRating
from storefront.services.programme import Showing

HOURS = ("12", "15", "18", "21")  # the film begins at this hour or later
FOR_CHILDREN = (AgeRating.ANY, AgeRating.SIX)


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty where everything will do. A value that no showing has finds none."""

    after: str = ""
    format: str = ""
    language: str = ""
    genre: str = ""
    children: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filters":
        """From the address of the page; an hour that is not offered counts as none."""
        found = {each.name: asked.get(each.name, "")[:60] for each in fields(cls)}
        if found["after"] not in HOURS:
            found["after"] = ""
        return cls(**found)

    def __bool__(self) -> bool:
        return any(self.asked.values())

    @property
    def asked(self) -> dict[str, str]:
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name))}

    def keep(self, showings: Iterable[Showing]) -> list[Showing]:
        """Those that fit. The genres of their films have to be loaded."""
        return [showing for showing in showings if self._fits(showing)]

    def _fits(self, showing: Showing) -> bool:
        session = showing.session
        cinema = session.hall.cinema
        night = cinema.business_date(showing.starts) < showing.starts.date()
        return (
            (not self.after or night or showing.starts.hour >= int(self.after))
            and (not self.format or session.format == self.format)
            and (not self.language or self.language in (session.language, f"sub-{session.subtitles}"))
            and (not self.genre or any(str(genre.pk) == self.genre for genre in session.film.genres.all()))
            and (not self.children or session.film.age_rating in FOR_CHILDREN)
        )


@dataclass(frozen=True)
class Choice:
    """A field of the form: values and labels. Only what would find something is offered."""

    name: str
    label: str
    options: Sequence[tuple[str, str]] = field(default_factory=list)
    chosen: str = ""


def choices(showings: Sequence[Showing], filters: Filters) -> list[Choice]:
    """The fields that would tell these showings apart. Reads only."""
    sessions = [showing.session for showing in showings]
    formats = sorted({session.format for session in sessions})
    languages = {language: language_name(language) for language in {session.language for session in sessions}}
    languages |= {
        f"sub-{subtitles}": _("subtitles: %(language)s") % {"language": language_name(subtitles)}
        for subtitles in {session.subtitles for session in sessions if session.subtitles}
    }
    films = {session.film_id: session.film for session in sessions}.values()
    genres = {str(genre.pk): genre.shown.name for film in films for genre in film.genres.all()}
    offered = [
        ("after", _("Time"), [(hour, _("After %(hour)s:00") % {"hour": hour}) for hour in HOURS]),
        ("format", _("Format"), [(each, each) for each in formats]),
        ("language", _("Language"), _sorted(languages)),
        ("genre", _("Genre"), _sorted(genres)),
    ]
    return [
        Choice(name, label, options, getattr(filters, name))
        for name, label, options in offered
        if len(options) > 1 or getattr(filters, name)
    ]


def _sorted(options: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(options.items(), key=lambda option: option[1])
