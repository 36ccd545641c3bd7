"""Makes the admin's font of icons, with the few that its pages use: `python tools/icon_font.py`, after an upgrade of
unfold or a new icon; a test says when. Needs `pip install fonttools brotli`.

The whole font has four thousand icons, and a page waits for it. The words of templates and code that name an icon are
kept, whether they mean one or not. Writes static/backoffice/icons.woff2 and, for the test, the
names in tools/icons.txt. The font is Material Symbols (Apache License 2.0).
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
UNFOLD = Path(find_spec("unfold").submodule_search_locations[0])  # type: ignore[union-attr, index]
FONT = UNFOLD / "static/unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2"
TARGET = ROOT / "static/backoffice/icons.woff2"
NAMES = ROOT / "tools/icons.txt"
SOURCES = [UNFOLD / "templates", UNFOLD / "static/unfold/js/app.js", ROOT / "templates", ROOT / "backoffice"]
PYTHON = [*UNFOLD.rglob("*.py"), ROOT / "cinema/settings.py"]
ENDINGS = {".html", ".py", ".js"}
STYLES = UNFOLD / "static/unfold/css/styles.css"
DRAWN = re.compile(r'\bcontent:\s*"[a-z0-9_]+"')  # by a style
# Where a page, a template or a style names an icon for certain.
NAMED = re.compile(
    r'material-symbols-outlined[^<>{}]*>\s*([a-z0-9_]+)\s*<|\b(?:icon"?\s*[=:]|content:)\s*"([a-z0-9_]+)"'
)


def sources() -> Iterator[str]:
    """The text of every file that may name an icon; of styles what they draw, since they are full of other words."""
    files = [*PYTHON, *(file for source in SOURCES for file in ([source] if source.is_file() else source.rglob("*")))]
    yield from (file.read_text() for file in files if file.suffix in ENDINGS)
    yield from DRAWN.findall(STYLES.read_text())


def icons_in(text: str) -> set[str]:
    """The icons that a page or a source names for certain."""
    return {name for found in NAMED.findall(text) for name in found if name}


def ligatures(font: Any) -> dict[str, str]:
    """The glyph of each icon by its name."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    return {
        "".join(letters.get(glyph, "?") for glyph in [first, *each.Component]): each.LigGlyph
        for lookup in font["GSUB"].table.LookupList.Lookup
        for table in lookup.SubTable
        for first, found in getattr(getattr(table, "ExtSubTable", table), "ligatures", {}).items()
        for each in found
    }


def main() -> None:
    try:
        subset, tt_lib = import_module("fontTools.subset"), import_module("fontTools.ttLib")
    except ImportError:
        sys.exit("fonttools is not installed: pip install fonttools brotli")
    font = tt_lib.TTFont(FONT)
    glyphs = ligatures(font)
    used = {word for text in sources() for word in re.findall(r"[a-z0-9_]+", text)} & glyphs.keys()
    options = subset.Options(layout_closure=False, layout_features=["*"], flavor="woff2", hinting=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(
        glyphs=[glyphs[name] for name in used], unicodes=[ord(letter) for name in used for letter in name]
    )
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(TARGET)
    NAMES.write_text("\n".join(sorted(used)) + "\n")
    print(f"{len(used)} icons, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
