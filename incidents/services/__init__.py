"""The services of changes to sessions with sales. Each file of this package is one process."""

from incidents.services.cancelling import CancellationPreview, cancel, preview_cancellation, sessions_of_day
from incidents.services.recording import note_phoned
from incidents.services.time_zones import clock_shifts, follow_time_zone

__all__ = [
    "CancellationPreview",
    "cancel",
    "clock_shifts",
    "follow_time_zone",
    "note_phoned",
    "preview_cancellation",
    "sessions_of_day",
]
