"""Gauges: how full something is."""

import math

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from reports.charts.drawing import Value, as_float
from reports.charts.svg import number, tag
from reports.tables import Kind, Text, cell_text

RADIUS, MIDDLE, BASE = 45, 55, 55
NEARLY_FULL = 0.95


def gauge(name: Text, value: Value, most: Value, *, text: str = "") -> SafeString:
    """A half circle for the eye, a `<meter>` for assistive technology, and the figures in words: “184 of 240”."""
    share = min(max(as_float(value) / as_float(most), 0.0), 1.0) if as_float(most) > 0 else 0.0
    said = text or _("%(number)s of %(most)s") % {
        "number": cell_text(value, Kind.INTEGER),
        "most": cell_text(most, Kind.INTEGER),
    }
    level = tag("path", class_="line s1" if share >= NEARLY_FULL else "line s0", d=_arc(share)) if share else ""
    drawing = tag(
        "svg",
        tag("path", class_="track", d=_arc(1.0)),
        level,
        tag("text", cell_text(round(share * 100), Kind.PERCENT), x=MIDDLE, y=BASE - 3, text_anchor="middle"),
        viewBox="0 0 110 62",
        width=110,
        height=62,
        aria_hidden="true",
    )
    meter = tag("meter", said, min=0, max=max(as_float(most), 1.0), value=as_float(value), aria_label=name)
    return tag("div", drawing, meter, tag("span", said), class_="gauge")


def _arc(share: float) -> str:
    angle = math.pi * (1 - share)
    x, y = MIDDLE + RADIUS * math.cos(angle), BASE - RADIUS * math.sin(angle)
    return f"M{MIDDLE - RADIUS} {BASE} A{RADIUS} {RADIUS} 0 0 1 {number(x)} {number(y)}"
