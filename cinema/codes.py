"""Random codes that people read, type and say."""

from secrets import SystemRandom

CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I, which are easily confused
_random = SystemRandom()


def random_code(length: int) -> str:
    """Five random bits for each character."""
    return "".join(_random.choices(CODE_CHARACTERS, k=length))
