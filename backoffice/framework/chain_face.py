"""The chain's own name, logo and colours on the pages of staff: see `house_rules.face`."""

from django.http import HttpRequest
from django.urls import reverse

from house_rules.contrast import BLACK, WHITE, mixed, readable_shade
from house_rules.face import Face, face

#: What the theme writes its accent on: white and its palest grey; its two darkest greys in the dark theme.
LIGHT, DARK = (WHITE, "#f3f4f6"), ("#111827", "#1f2937")


def chain_name(_request: HttpRequest) -> str:
    return face().name


def chain_logo(_request: HttpRequest) -> str | None:
    """The address of the logo; None leaves the theme's symbol beside the name."""
    logo = face().logo
    return f"{reverse('shop:logo')}?{logo[0]}" if logo else None


def accent_shades(own: Face) -> dict[str, str]:
    """The theme's eleven shades of the chain's accent, readable where the theme writes with them; empty without one.

    Buttons and links of light pages have 600 (white is written on it), links of dark pages 400.
    """
    if not (own.accent_light or own.accent_dark):
        return {}
    strong = readable_shade(own.accent_light or own.accent_dark, LIGHT)
    lit = readable_shade(own.accent_dark or own.accent_light, DARK)
    tints = {"50": 0.95, "100": 0.9, "200": 0.75, "300": 0.6}
    shades = {"700": 0.15, "800": 0.3, "900": 0.45, "950": 0.65}
    return {
        **{weight: mixed(strong, WHITE, share) for weight, share in tints.items()},
        "400": lit,
        "500": mixed(strong, WHITE, 0.15),
        "600": strong,
        **{weight: mixed(strong, BLACK, share) for weight, share in shades.items()},
    }
