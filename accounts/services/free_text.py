"""Removes a person's names and addresses from what people wrote, in whatever table it is."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from django.db.models import JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.encoding import punycode

from accounts.models import Approval
from accounts.phones import rough_spellings, spellings
from accounts.services.approvals import digest_of

ERASED = "…"

#: A Russian name is inflected: whoever looks for "Петрова" also means "Петровой".
RUSSIAN_NAME = re.compile(r"[А-ЯЁа-яё-]{4,}")
RUSSIAN_ENDINGS = (
    "ыми|ими|ами|ями|ого|его|ому|ему|ой|ою|ей|ею|ий|ый|ая|яя|ую|юю|ое|ее|ым|им|ом|ем|ём|ых|их|ам|ям|ах|ях|"
    "а|я|о|е|у|ю|ы|и|ь|й"
)
NO_LONGER_DOMAIN = r"(?!-\w|\.\w)"  # another's address may begin in the same way
NO_LONGER_NAME = (
    r"(?<!\w[.+'’-])"  # or end in the same way, as jim.bob@example.org does; `\w` are letters of any language
)
ACCENTS = "\u0300-\u036f"  # of letters that are written as two characters

#: For each model, its columns of text.
Columns = Mapping[type[Model], Sequence[str]]


class Words:
    """Names and addresses to look for: addresses in any case, phone numbers in any spelling, names as whole words.

    Names are found in any case, or (`beside_addresses`) only in a text that has one of the addresses as well, and only
    as they are written and in capitals: people share names, and anybody can take the name of a colleague, or any word.
    """

    def __init__(
        self, *, addresses: Iterable[str] = (), names: Iterable[str] = (), beside_addresses: bool = False
    ) -> None:
        self.addresses = _longest_first(each for word in addresses for each in _written(word))
        self.names = _longest_first(names)
        self.beside_addresses = beside_addresses
        flags = re.NOFLAG if beside_addresses else re.IGNORECASE
        self._rough_phones = [pattern for pattern in map(rough_spellings, self.addresses) if pattern]
        self._addresses = [re.compile(pattern) for pattern in map(spellings, self.addresses) if pattern]
        whole = (NO_LONGER_NAME + re.escape(word) + NO_LONGER_DOMAIN for word in self.addresses)
        self._addresses += [_whole(pattern, re.IGNORECASE) for pattern in whole]
        self._names = []
        for name in self.names:
            spelled = [name, name.upper()] if beside_addresses else [name]
            self._names += [_whole(_inflected(each), flags) for each in spelled]

    def redact(self, text: str) -> str:
        """The text with "…" in place of each of the words. Reads only."""
        redacted = _without(self._addresses, text)
        return text if self.beside_addresses and redacted == text else _without(self._names, redacted)

    def redact_value(self, value: Any) -> Any:
        """The same for JSON: all strings in it, and those that hold JSON themselves. Reads only."""
        if isinstance(value, str):
            return self._redact_string(value)
        if isinstance(value, list):
            return [self.redact_value(each) for each in value]
        if isinstance(value, dict):
            return {key: self.redact_value(each) for key, each in value.items()}
        return value

    def may_be_in(self, column: str) -> Q:
        """A condition that holds for each row whose column has one of the words, and for some others."""
        found = Q()
        for pattern in self._rough_phones:
            found |= Q(**{f"{column}__regex": pattern})
        for word in [*self.addresses, *([] if self.beside_addresses else map(_stem, self.names))]:
            for spelled in {word, word.upper(), word.lower(), word.title()}:
                for stored in {spelled, json.dumps(spelled)[1:-1]}:
                    found |= Q(**{f"{column}__icontains": stored})
        return found

    def _redact_string(self, text: str) -> str:
        if text[:1] in "[{":  # the admin's log stores what a form changed as JSON, with all letters escaped
            try:
                return json.dumps(self.redact_value(json.loads(text)))
            except ValueError:
                pass
        return self.redact(text)


def redact_rows(rows: QuerySet[Any], columns: Sequence[str], words: Words) -> None:
    """Redact these columns of the rows. Two queries, and another for each 500 rows that change.

    Must be called inside a transaction (nothing need be locked).
    """
    changed = []
    for row in rows.order_by("pk").iterator(chunk_size=2000):
        redacted = {column: words.redact_value(getattr(row, column)) for column in columns}
        if any(getattr(row, column) != text for column, text in redacted.items()):
            for column, text in redacted.items():
                setattr(row, column, text)
            changed.append(row)
    if rows.model is Approval:
        columns = [*columns, "digest"]
        for row in changed:
            row.digest = row.digest and digest_of(row)  # the approver has to look at the request again
    rows.model._base_manager.bulk_update(changed, columns, batch_size=500)


def redact_everywhere(columns: Columns, words: Words) -> None:
    """Redact these columns of all rows.

    Must be called inside a transaction (nothing need be locked).
    """
    for model, names in columns.items():
        found = Q(pk__in=[])
        as_text = {}
        for name in names:
            is_json = isinstance(model._meta.get_field(name), JSONField)
            if is_json:
                as_text[f"{name}_text"] = Cast(name, TextField())
            found |= words.may_be_in(f"{name}_text" if is_json else name)
        redact_rows(model._base_manager.alias(**as_text).filter(found), names, words)


def _without(patterns: Iterable[re.Pattern[str]], text: str) -> str:
    for pattern in patterns:
        text = pattern.sub(ERASED, text)
    return text


def _written(address: str) -> Iterator[str]:
    """The address, and the same with its national domain as machines write it, or the other way about."""
    name, at, domain = address.strip().rpartition("@")
    yield address
    with suppress(UnicodeError):  # what has no domain name, a phone number for example
        yield f"{name}{at}{punycode(domain) if not domain.isascii() else domain.encode().decode('idna')}"


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted({word.strip() for word in words} - {""}, key=lambda word: (-len(word), word))


def _stem(name: str) -> str:
    """The name without its Russian ending, if it is a Russian name whose stem is long enough to mean anything."""
    stem = re.sub(rf"(?:{RUSSIAN_ENDINGS})$", "", name, flags=re.IGNORECASE)
    return stem if RUSSIAN_NAME.fullmatch(name) and len(stem) >= 3 else name


def _inflected(name: str) -> str:
    if not RUSSIAN_NAME.fullmatch(name) or len(_stem(name)) < 3:
        return re.escape(name)
    return rf"{re.escape(_stem(name))}(?i:{RUSSIAN_ENDINGS})?"


def _whole(pattern: str, flags: re.RegexFlag) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w{ACCENTS}]){pattern}(?![\w{ACCENTS}])", flags)
