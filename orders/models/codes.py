"""Random codes of orders: numbers for people, pick-up codes, and unguessable tokens for links."""

import secrets

CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I, which are easily confused


ORDER_NUMBER = rf"[{CODE_CHARACTERS}]{{8}}"  # regular expression


def new_number() -> str:
    """A short number for people. It grants no access: links carry the token."""
    return "".join(secrets.choice(CODE_CHARACTERS) for _index in range(8))


PICKUP_CODE = rf"[{CODE_CHARACTERS}]{{6}}"  # regular expression


def new_pickup_code() -> str:
    """30 random bits; only staff of the cinema can look one up."""
    return "".join(secrets.choice(CODE_CHARACTERS) for _index in range(6))


def new_token() -> str:
    """192 random bits for the links in messages."""
    return secrets.token_urlsafe(24)
