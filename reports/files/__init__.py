"""Tables as files: CSV, XLSX and PDF.

A table is read once, row by row, so CSV and XLSX take the same little memory for any length; a PDF is laid out as a
whole and has `MAX_PDF_ROWS` at most.
"""

from reports.files.formats import FORMATS, Format
from reports.files.pdf import MAX_PDF_ROWS
from reports.files.progress import Progress

__all__ = ["FORMATS", "MAX_PDF_ROWS", "Format", "Progress"]
