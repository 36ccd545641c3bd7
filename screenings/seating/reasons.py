"""The stable codes of seat choice and their texts in English; pages translate them by code."""

from typing import Any

Reason = dict[str, str]

TEXTS = {
    # why these seats
    "QUALITY_FIRST": "These are the best seats left for {party}: the session is not expected to fill.",
    "BALANCED": "Seats with a good view that keep the rest of the row useful for other parties.",
    "PACKING_FIRST": "The session is expected to fill, so parties are seated where they leave whole rows for others.",
    "FILLS_A_RUN": "The party fills a run of {party} free seats exactly.",
    "SINGLE_SEAT_LEFT": "This leaves {singles} alone: no choice of {party} avoids that.",
    "LOVE_SEAT_PARTED": "This takes one half of a love seat: no choice of {party} avoids that.",
    "WIDE_STEP": "Two of these seats are further apart than usual: there was no better choice of {party}.",
    "SPLIT": "No row has {party} free side by side, so the party sits in {groups} groups.",
    # why no seats
    "NO_RUN_LONG_ENOUGH": "No row has {party} of this type free side by side.",
    "NOT_ENOUGH_SEATS": "Only {free} of this type can be chosen.",
    "NO_SEATS_OF_TYPE": "No seat of this type is free.",
    "INVALID_REQUEST": "The request is not a set of fields.",
    "INVALID_PARTY": "The size of the party must be a whole number of at least 1.",
    "INVALID_TYPE": "The type of seat must be named.",
    "INVALID_ROWS": "The rows of the hall are missing or cannot be read.",
    # what was assumed
    "FOCAL_ASSUMED": "There is no valid focal point, so the middle of the hall was taken.",
    "WEIGHT_ASSUMED": "There is no valid quality weight between 0 and 1, so {weight} was taken.",
    "FORECAST_IGNORED": "The forecast is not a share of the seats and was not used.",
    "SEATS_IGNORED": "{skipped} could not be read or named twice and counted as taken.",
    # a customer's own choice
    "OK": "These seats can be booked.",
    "NO_SEATS": "Choose at least one seat.",
    "UNKNOWN_SEAT": "One of these seats is not in this hall.",
    "REPEATED_SEAT": "The same seat was chosen twice.",
    "SEAT_TAKEN": "One of these seats is already taken.",
    "LEAVES_SINGLE_SEAT": (
        "This would leave a single seat between others, which is hard to sell. Please move by one seat, or take the "
        "seats that we suggest."
    ),
    "SINGLE_SEAT_ALLOWED": "This leaves a single seat, but no other choice of this size avoids it, so it is allowed.",
}


def reason(code: str, **values: Any) -> Reason:
    return {"code": code, "text": TEXTS[code].format(**values)}


def seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"
