from screenings.services.cancellation import cancel_session
from screenings.services.copying import CopyResult, LeftOut, copy_day, copy_week
from screenings.services.halls import build_hall
from screenings.services.outages import put_back, refuse_out_of_use, take_out
from screenings.services.scheduling import schedule
from screenings.services.statuses import complete_sessions, start_sessions

__all__ = [
    "CopyResult",
    "LeftOut",
    "build_hall",
    "cancel_session",
    "complete_sessions",
    "copy_day",
    "copy_week",
    "put_back",
    "refuse_out_of_use",
    "schedule",
    "start_sessions",
    "take_out",
]
