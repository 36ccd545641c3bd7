"""Reads what a hand scanner types while the computer has another keyboard layout.

A scanner presses the keys of an American keyboard; the computer turns them into the characters of its own layout.
"""

RUSSIAN = str.maketrans("ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", "QWERTYUIOPASDFGHJKLZXCVBNM")
GERMAN = str.maketrans("YZß", "ZY-")
FRENCH = str.maketrans("AQZW?,)&ÉéÈèÇçÀà\"'(-_", "QAWZMM-12277990034568")
LAYOUTS = (RUSSIAN, GERMAN, FRENCH)


def readings(typed: str) -> list[str]:
    """The capital letters and digits that a scanner may have meant, the likeliest first: as typed, then as under a
    Russian, a German and a French layout.
    """
    upper = "".join(sign if sign == "ß" else sign.upper() for sign in typed.strip())  # "ß".upper() is "SS"
    return list(dict.fromkeys([upper, *(upper.translate(layout) for layout in LAYOUTS)]))
