from screenings.services.cancellation import cancel_session, cancel_sessions, refuse_over
from screenings.services.certificates import certificates_of, check_certificates
from screenings.services.copying import CopyResult, SkippedSession, copy_day, copy_week
from screenings.services.halls import build_hall, redraw_hall
from screenings.services.outages import broken_seats, end_outage, refuse_out_of_use, seats_of, start_outage
from screenings.services.pictures import add_picture, remove_picture
from screenings.services.planning import copy_to_plan, draft, publish_week, redraft
from screenings.services.scheduling import plan, schedule, schedule_planned
from screenings.services.statuses import complete_sessions, start_sessions
from screenings.services.ticket_types import create_standard_ticket_types
from screenings.services.time_zones import sessions_ahead
from screenings.services.trailers import set_trailer

__all__ = [
    "CopyResult",
    "SkippedSession",
    "add_picture",
    "broken_seats",
    "build_hall",
    "cancel_session",
    "cancel_sessions",
    "certificates_of",
    "check_certificates",
    "complete_sessions",
    "copy_day",
    "copy_to_plan",
    "copy_week",
    "create_standard_ticket_types",
    "draft",
    "end_outage",
    "plan",
    "publish_week",
    "redraft",
    "redraw_hall",
    "refuse_out_of_use",
    "refuse_over",
    "remove_picture",
    "schedule",
    "schedule_planned",
    "seats_of",
    "sessions_ahead",
    "set_trailer",
    "start_outage",
    "start_sessions",
]
