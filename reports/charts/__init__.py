"""Charts as SVG: one function for each kind. They have classes only; static/reports/charts.css has their colours.

Each returns a `Chart` with the table of its figures. Horizontal positions are percentages, so a chart is as wide as its
place, and its text is never scaled. `standalone` makes an image of it for a file, with plain colours.
"""

from reports.charts.bars import bars, grouped, ranking, stacked
from reports.charts.gauges import gauge
from reports.charts.heat_maps import heat_map
from reports.charts.images import standalone
from reports.charts.lines import band, lines

__all__ = ["band", "bars", "gauge", "grouped", "heat_map", "lines", "ranking", "stacked", "standalone"]
