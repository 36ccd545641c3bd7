"""Random codes of orders: numbers for people, pick-up codes, and unguessable tokens for links."""

import secrets

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I, which people read wrong aloud


def new_number() -> str:
    """A short number for people. It opens nothing: links carry the token."""
    return "".join(secrets.choice(LETTERS) for _place in range(8))


PICKUP_CODE = rf"[{LETTERS}]{{6}}"  # the pattern of one


def new_pickup_code() -> str:
    """30 random bits; only staff of the cinema can look one up."""
    return "".join(secrets.choice(LETTERS) for _place in range(6))


def new_token() -> str:
    """192 random bits for the links in messages."""
    return secrets.token_urlsafe(24)
