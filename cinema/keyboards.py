"""Reads what a hand scanner types, which presses the keys of an American keyboard, under other keyboard layouts."""

RUSSIAN = str.maketrans("ЙЦУКЕНГШЩЗФЫВАПРОЛДЯЧСМИТЬ", "QWERTYUIOPASDFGHJKLZXCVBNM")
OTHER_THAN_RUSSIAN = [("", ""), ("І", "S"), ("ІЎ", "BO"), ('"ӘІҢҒ,.ҮҰҚӨ', "1234567890-")]
LAYOUTS = [
    *(RUSSIAN | str.maketrans(*keys) for keys in OTHER_THAN_RUSSIAN),  # Russian, Ukrainian, Belarusian, Kazakh
    str.maketrans("YZß'+ĚĽŠČŘŤŽÝÁÍÉ=ÖÜ", "ZY--122345567890-0-"),  # German, Swiss; Czech, Slovak; Hungarian
    str.maketrans("AQZW?,)&ÉÈÇÀ\"'(-_§!", "QAWZMM-127903456868"),  # French, Belgian
    str.maketrans("'+/*", "----"),  # Italian, Portuguese, Spanish; Danish, Finnish, Norwegian, Swedish; Dutch; Turkish
]


def readings(typed: str) -> list[str]:
    """The capital letters and digits that a scanner may have meant: as typed, then as under each of `LAYOUTS`."""
    upper = "".join(sign if sign == "ß" else sign.upper() for sign in typed.strip())  # "ß".upper() is "SS"
    return list(dict.fromkeys([upper, *(upper.translate(layout) for layout in LAYOUTS)]))
