"""The languages of the shop: the setting `LANGUAGES`, and a catalogue of each in `locale/`."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from cinema.environment import exit_with_error


def languages_of(codes: Iterable[str]) -> list[tuple[str, Any]]:
    """Each code once, with the name of the language, which Django translates. Stops for an unknown code."""
    codes = list(dict.fromkeys(code.strip().lower() for code in codes))
    if unknown := next((code for code in codes if "name" not in LANG_INFO.get(code, {})), None):
        exit_with_error(f"LANGUAGES: {unknown} is not the code of a language; write codes such as de or pt-br")
    return [(code, capfirst(_(LANG_INFO[code]["name"]))) for code in codes]


def offered_languages() -> list[tuple[str, Any]]:
    """The choices of a language. A function, so that migrations do not contain those of one installation."""
    return list(settings.LANGUAGES)


def month_day(local: date) -> str:
    """`24 November`, in German `24. November`."""
    return date_format(local, "MONTH_DAY_FORMAT")


def own_name_of(language: str) -> str:
    """How a language calls itself: “Deutsch”."""
    try:
        return str(get_language_info(language)["name_local"]).capitalize()
    except KeyError:
        return language


def language_name(code: str) -> str:
    """The language's name in the one in force, as in a sentence; its code where Django does not know it."""
    try:
        name = str(get_language_info(code)["name_translated"])
    except KeyError:
        return code.upper()
    return name.lower() if get_language() == "ru" else name  # Russian writes them small


def language_names(codes: Iterable[str]) -> str:
    """Separated by commas."""
    return ", ".join(sorted({language_name(code) for code in codes if code}))
