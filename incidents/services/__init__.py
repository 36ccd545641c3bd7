"""The services of changes to sessions with sales. Each file of this package is one process."""

from incidents.services.cancelling import CancellationPreview, cancel, preview_cancellation, sessions_of_day
from incidents.services.choosing import keep_tickets, return_tickets, returnable_lines
from incidents.services.correcting import CorrectionPreview, Version, correct, preview_correction
from incidents.services.delaying import check_record, delayed_places, digest_of_record, record_delay, sessions_at
from incidents.services.moving import MovePreview, move, preview_move, swapped
from incidents.services.recording import Explanation, note_phoned, record
from incidents.services.reseating import change_seats
from incidents.services.telling import choice_link, concerned, explanations, refund_guests_locked
from incidents.services.time_zones import clock_shifts, follow_time_zone
from incidents.services.vouchers import (
    has_voucher,
    is_sent_to_buyer,
    lines_to_choose,
    new_voucher,
    open_choice,
    send_vouchers_again,
    stop_vouchers_locked,
    take_refund,
    take_voucher,
    unsent_vouchers,
    unused_vouchers,
    vouchers_to_stop,
    worth,
)

__all__ = [
    "CancellationPreview",
    "CorrectionPreview",
    "Explanation",
    "MovePreview",
    "Version",
    "cancel",
    "change_seats",
    "check_record",
    "choice_link",
    "clock_shifts",
    "concerned",
    "correct",
    "delayed_places",
    "digest_of_record",
    "explanations",
    "follow_time_zone",
    "has_voucher",
    "is_sent_to_buyer",
    "keep_tickets",
    "lines_to_choose",
    "move",
    "new_voucher",
    "note_phoned",
    "open_choice",
    "preview_cancellation",
    "preview_correction",
    "preview_move",
    "record",
    "record_delay",
    "refund_guests_locked",
    "return_tickets",
    "returnable_lines",
    "send_vouchers_again",
    "sessions_at",
    "sessions_of_day",
    "stop_vouchers_locked",
    "swapped",
    "take_refund",
    "take_voucher",
    "unsent_vouchers",
    "unused_vouchers",
    "vouchers_to_stop",
    "worth",
]
