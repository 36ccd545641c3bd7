"""What customers see of the chain now: the row that the owner edits (`ChainFace`) or, without one, the settings.

face().name            # one query in a request or a pass of a job, with seller and pages: see `house_rules.scope`
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from house_rules.contrast import text_on
from house_rules.fonts import FAMILY, STACKS, Font
from house_rules.models import ChainFace, ChainPage
from house_rules.scope import read_once

Kind = ChainPage.Kind
FILES = ("logo", "font", "icon_48", "icon_180", "icon_192", "icon_512")  # columns that pages do not need
NETWORKS = {
    "vk.com": "VK",
    "vk.ru": "VK",
    "t.me": "Telegram",
    "youtube.com": "YouTube",
    "ok.ru": "OK",
    "rutube.ru": "Rutube",
    "dzen.ru": "Dzen",
    "instagram.com": "Instagram",
    "facebook.com": "Facebook",
    "x.com": "X",
    "tiktok.com": "TikTok",
    "max.ru": "MAX",
}


@dataclass(frozen=True)
class PublishedPage:
    """The current version of a page in one language."""

    kind: str
    slug: str
    in_footer: bool
    language: str
    version: int  # the primary key
    number: int
    title: str

    @property
    def path(self) -> str:
        """The address at which this version stays; a test compares the shop's."""
        return f"/pages/{self.slug}/{self.language}/{self.number}/"


@dataclass(frozen=True)
class Face:
    """The chain at one moment, in all languages."""

    own_name: str = ""
    accent_light: str = ""
    accent_dark: str = ""
    footers: dict[str, str] = field(default_factory=dict)
    social: tuple[str, ...] = ()
    seller: Any = None  # payments.LegalEntity
    published: tuple[PublishedPage, ...] = ()
    heading_font: str = ""
    text_font: str = ""
    font_digest: str = ""
    logo_digest: str = ""
    logo_size: tuple[int, int] = (0, 0)  # in pixels, which pages show at half: for sharp screens
    icon_digest: str = ""  # empty where the shop's own icons apply

    @property
    def name(self) -> str:
        return self.own_name or settings.SITE_NAME or _("Cinema")

    @property
    def footer(self) -> str:
        return in_best_language(self.footers) or ""

    @property
    def networks(self) -> list[tuple[str, str]]:
        """The name and address of each social network."""
        return [(_network(address), address) for address in self.social]

    @property
    def pages(self) -> list[PublishedPage]:
        """Each page in the best language that it was published in, in the order that staff chose."""
        by_slug: dict[str, dict[str, PublishedPage]] = {}
        for page in self.published:
            by_slug.setdefault(page.slug, {})[page.language] = page
        return [best for each in by_slug.values() if (best := in_best_language(each))]

    def page(self, kind: str) -> PublishedPage | None:
        return next((page for page in self.pages if page.kind == kind), None)

    @property
    def footer_pages(self) -> list[PublishedPage]:
        return [page for page in self.pages if page.in_footer]

    @property
    def terms(self) -> PublishedPage | None:
        return self.page(Kind.TERMS)

    @property
    def privacy(self) -> PublishedPage | None:
        return self.page(Kind.PRIVACY)

    @property
    def terms_url(self) -> str:
        return self.terms.path if self.terms else settings.TERMS_URL

    @property
    def privacy_url(self) -> str:
        return self.privacy.path if self.privacy else settings.PRIVACY_URL

    @property
    def logo(self) -> tuple[str, int, int] | None:
        """The digest of the logo, and the width and height at which pages show it."""
        width, height = self.logo_size
        return (self.logo_digest, (width + 1) // 2, (height + 1) // 2) if self.logo_digest else None

    @property
    def css(self) -> str:
        """The rules that replace the shop's colours and fonts; empty without any of its own."""
        light, dark = _accent(self.accent_light), _accent(self.accent_dark)
        if dark:
            dark = f"@media (prefers-color-scheme: dark) {{ {dark} }}\n"
        if light:  # of light pages only: dark ones keep theirs
            light = f"@media (prefers-color-scheme: light) {{ {light} }}\n"
        return light + dark + self._fonts

    @property
    def _fonts(self) -> str:
        """An uploaded font is only loaded by pages that show it; until it is there, they show the device's own."""
        chosen = {"--display": self.heading_font, "--text": self.text_font}
        rules = [f"{name}: {STACKS[font]};" for name, font in chosen.items() if font in STACKS]
        face = ""
        if Font.OWN in chosen.values() and self.font_digest:
            source = f'url("font.woff2?{self.font_digest}") format("woff2")'
            face = f'@font-face {{ font-family: "{FAMILY}"; src: {source}; font-display: fallback; }}\n'
        return f"{face}:root {{ {' '.join(rules)} }}\n" if rules else ""

    @property
    def css_version(self) -> str:
        """Changes with the rules, so that browsers may keep the file; empty without any."""
        return hashlib.sha256(self.css.encode()).hexdigest()[:12] if self.css else ""


def face() -> Face:
    """The face of the chain. One query in a scope, however often it is called."""
    return read_once("face", _read)


def logo_png() -> bytes | None:
    """The picture of the logo; None without one. One query in a scope, and none without a logo."""
    return read_once("logo", _read_logo) if face().logo else None


def icon_png() -> bytes | None:
    """The icon of a phone's first screen; None without a logo. One query in a scope, and none without a logo."""
    return read_once("icon", _read_icon) if face().icon_digest else None


def in_best_language(texts: dict[str, Any]) -> Any:
    """The text in the active language, else in the default one, else any; None without one."""
    active = get_language() or settings.LANGUAGE_CODE
    order = [active, active.partition("-")[0], settings.LANGUAGE_CODE, *texts]
    return next((texts[each] for each in order if texts.get(each)), None)


def _read() -> Face:
    row = ChainFace.objects.select_related("seller").defer(*FILES).filter(pk=ChainFace.ONE).first()
    return of_row(row) if row else Face()


def _read_logo() -> bytes | None:
    return _read_file("logo")


def _read_icon() -> bytes | None:
    return _read_file("icon_180")


def _read_file(name: str) -> bytes | None:
    content = ChainFace.objects.filter(pk=ChainFace.ONE).values_list(name, flat=True).first()
    return bytes(content) if content else None


def of_row(row: ChainFace) -> Face:
    return Face(
        own_name=row.name,
        accent_light=row.accent_light,
        accent_dark=row.accent_dark,
        footers=row.footer,
        social=tuple(row.social.split()),
        seller=row.seller,
        published=tuple(PublishedPage(**page) for page in row.published),
        heading_font=row.heading_font,
        text_font=row.text_font,
        font_digest=row.font_digest,
        logo_digest=row.logo_digest,
        logo_size=(row.logo_width or 0, row.logo_height or 0),
        icon_digest=row.icon_digest,
    )


def _accent(colour: str) -> str:
    return f":root {{ --accent: {colour}; --on-accent: {text_on(colour)}; }}" if colour else ""


def _network(address: str) -> str:
    host = (urlsplit(address).hostname or address).removeprefix("www.").removeprefix("m.")
    return NETWORKS.get(host, host)
