"""Random codes that people read, type and say."""

import secrets

CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I, which are easily confused


def random_code(length: int) -> str:
    """Five random bits for each character."""
    return "".join(secrets.choice(CODE_CHARACTERS) for _index in range(length))
