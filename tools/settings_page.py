"""Writes docs/settings.md, the table of environment variables, from .env.example: `python tools/settings_page.py`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / ".env.example"
PAGE = ROOT / "docs" / "settings.md"
WITH_DEBUG = "With DEBUG=true the default is: "
HEAD = """\
# Settings

Environment variables, read from the environment or from `.env` beside `manage.py`. Copy [.env.example](../.env.example)
to begin with. Made from that file by `make settings`: edit it there.
"""


@dataclass(frozen=True)
class Variable:
    name: str
    default: str  # as it is written in `.env`
    required: bool  # it has no default
    debug_default: str | None  # the default with DEBUG=true, where that is another one
    meaning: str
    section: str


def variables(text: str) -> Iterator[Variable]:
    """The variables of a file like .env.example: the comment above each says what it means."""
    section, comment = "", list[str]()
    for line in text.splitlines():
        name, equals, default = line.removeprefix("#").partition("=")
        if line.startswith("# --- "):
            section, comment = line.removeprefix("# --- "), []
        elif equals and name.isidentifier() and name.isupper():
            yield Variable(
                name=name,
                default=default,
                required=not line.startswith("#"),
                debug_default=next(
                    (each.removeprefix(WITH_DEBUG) for each in comment if each.startswith(WITH_DEBUG)), None
                ),
                meaning=" ".join(each for each in comment if not each.startswith(WITH_DEBUG)),
                section=section,
            )
            comment = []
        elif line.startswith("#"):
            comment.append(line.removeprefix("#").strip())
        else:
            comment = []


def page(text: str) -> str:
    lines, section = [HEAD], None
    for variable in variables(text):
        if variable.section != section:
            lines += [] if section is None else [""]
            section = variable.section
            lines += [f"## {section}", "", "| variable | default | meaning |", "|---|---|---|"]
        default = "*required*" if variable.required else f"`{variable.default}`" if variable.default else "empty"
        if variable.debug_default:
            default += f"; with `DEBUG=true` `{variable.debug_default}`"
        meaning = variable.meaning.replace("|", "\\|")
        lines.append(f"| `{variable.name}` | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(EXAMPLE.read_text()))
