"""Rows whose texts are written in every language of the shop.

    film.title              # the default language, as staff, files and other systems know it
    film.shown.title        # the language in force: the shop, tickets and e-mails; else the default one

The columns hold the texts in the default language, `texts` those in others. Reading them costs no query.
"""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def text_in(language: str, texts: dict[str, dict[str, str]], name: str, default: str) -> str:
    """The text of a column in this language, from the `texts` of its row, else `default`, that of the column."""
    wider = texts.get(language.partition("-")[0], {})
    return texts.get(language, {}).get(name) or wider.get(name) or default


class Shown:
    """The texts of a row in the language in force. An untranslated one is that of the column."""

    __slots__ = ("_language", "_row")

    def __init__(self, row: "Translated", language: str) -> None:
        self._row, self._language = row, language

    def __getattr__(self, name: str) -> Any:
        return text_in(self._language, self._row.texts, name, getattr(self._row, name))

    def __str__(self) -> str:
        return str(self._row)


class Translated(models.Model):
    """`TRANSLATED` names the columns that may have a text in each further language."""

    TRANSLATED: ClassVar[tuple[str, ...]] = ()

    #: {"de": {"title": "Der Spiegel"}}
    texts = models.JSONField(_("texts in other languages"), default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def shown(self) -> Shown:
        return self.shown_in(get_language() or "")

    def shown_in(self, language: str) -> Shown:
        return Shown(self, language)
