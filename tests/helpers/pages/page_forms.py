"""Parses the forms of a page, for tests that submit any form with any fields as a browser would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

BUTTONS = {"submit", "button", "reset", "image"}
#: Values for fields that are empty.
PLAUSIBLE = {
    "date": "2026-12-01",
    "datetime-local": "2026-12-01T10:00",
    "email": "somebody@example.org",
    "number": "1",
    "password": "wide open spaces",
    "textarea": "sss",
    "time": "10:00",
}


@dataclass
class Field:
    name: str
    kind: str
    values: list[str] = field(default_factory=list)  # shown, ticked or selected on the page
    options: list[str] = field(default_factory=list)

    @property
    def typed(self) -> list[str]:
        if self.kind in ("checkbox", "hidden") or any(self.values):
            return self.values
        return [each for each in self.options if each][:1] if self.options else [PLAUSIBLE.get(self.kind, "1")]


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)

    def sent(self, **instead: str) -> dict[str, list[str]]:
        """The data of the form with every empty field filled in, and with the values in `instead`."""
        typed = {each.name: each.typed for each in self.fields.values()}
        return typed | {name: [value] for name, value in instead.items()}

    def left_alone(self, **instead: str) -> dict[str, list[str]]:
        """The data of the form as shown on the page, with the values in `instead`."""
        return {each.name: each.values for each in self.fields.values()} | {
            name: [value] for name, value in instead.items()
        }


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._field: Field | None = None  # the select or textarea that is open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "option" and self._field is not None:
            self._field.options.append(given.get("value", ""))
            if "selected" in given:
                self._field.values.append(given.get("value", ""))
        elif self._open is not None and given.get("name") and tag in ("input", "select", "textarea"):
            kind = given.get("type", "text") if tag == "input" else tag
            if kind not in BUTTONS:
                self._input(self._open, kind, given)

    def _input(self, form: Form, kind: str, given: dict[str, str]) -> None:
        found = form.fields.setdefault(given["name"], Field(given["name"], _kind(kind, given)))
        if kind in ("checkbox", "radio"):
            found.options.append(given.get("value", "on"))
            if "checked" in given:
                found.values.append(given.get("value", "on"))
        elif kind in ("select", "textarea"):
            self._field = found
        else:
            found.values.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._field is not None and self._field.kind == "textarea":
            self._field.values.append(data.removeprefix("\r\n").removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag in ("select", "textarea"):
            self._field = None


def _kind(kind: str, given: dict[str, str]) -> str:
    """The admin's date and time fields have type "text" and are known by their class."""
    classes = given.get("class", "").split()
    return "date" if "vDateField" in classes else "time" if "vTimeField" in classes else kind


def forms_on(html: str) -> list[Form]:
    """The POST forms of the page, except the one that logs out."""
    reader = _Reader()
    reader.feed(html)
    return [each for each in reader.forms if each.method == "post" and "logout" not in each.action]
