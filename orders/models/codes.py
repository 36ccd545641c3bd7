"""Random codes of orders: numbers for people, pick-up codes, and unguessable tokens for links."""

import secrets

from cinema.codes import CODE_CHARACTERS, random_code

ORDER_NUMBER = rf"[{CODE_CHARACTERS}]{{8}}"  # regular expression


def new_number() -> str:
    """A short number for people. It grants no access: links carry the token."""
    return random_code(8)


PICKUP_CODE = rf"[{CODE_CHARACTERS}]{{6}}"  # regular expression


def new_pickup_code() -> str:
    """30 random bits; only staff of the cinema can look one up."""
    return random_code(6)


def new_token() -> str:
    """192 random bits for the links in messages."""
    return secrets.token_urlsafe(24)
