"""Charts as images of their own, for documents and e-mails."""

from reports.charts.drawing import PLOT_WIDTH
from reports.tables import Chart

#: The plain colours of files: those that static/reports/charts.css has for a light page.
PALETTE = ("#4338ca", "#c2410c", "#047857", "#a21caf", "#0369a1", "#854d0e")
GUTTERS = {"": 0, "narrow": 44, "broad": 72}  # pixels; the same as in charts.css
RIGHT = 10  # pixels for what reaches over the end of a scale
HEAT = ("#f5f5ff", "#dfe1fd", "#bfc3fa", "#a9aef8", "#9499f2")
STYLE = (
    "text{font-family:'Libertinus Serif',serif;font-size:12px;fill:#4b5563}.value{fill:#111827}"
    ".grid{stroke:#d8dbe0}.zero{stroke:#6b7280}"
    ".line{fill:none;stroke-width:2;stroke-linejoin:round}.area{fill-opacity:.2;stroke:none}"
    ".bar,.dot{stroke:#fff}.track{fill:#e5e7eb}.none{fill:none}"
    + "".join(
        f".bar.s{number},.area.s{number},.dot.s{number}{{fill:{colour}}}.line.s{number}{{stroke:{colour}}}"
        for number, colour in enumerate(PALETTE)
    )
    + ".line.s1{stroke-dasharray:6 3}.line.s2{stroke-dasharray:2 3}"
    + "".join(f".h{number}{{fill:{colour}}}" for number, colour in enumerate(HEAT))
)


def standalone(chart: Chart, *, width: int = PLOT_WIDTH) -> str:
    """The chart as an SVG file, with the colours of a light page."""
    left = GUTTERS[chart.gutter]
    right = RIGHT if left else 0
    height = chart.height
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<style>{STYLE}</style><svg x="{left}" width="{width - left - right}" height="{height}" overflow="visible">'
        f"{chart.body}</svg></svg>"
    )


def colour(css_class: str) -> str:
    """The colour of a series in a legend."""
    name = css_class.split()[-1]
    return (HEAT if name.startswith("h") else PALETTE)[int(name[1:])]
