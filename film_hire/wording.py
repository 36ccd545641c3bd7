"""The steps of a calculation in words."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cinema.money import format_money
from film_hire.models import Contract
from film_hire.terms import Method, Rule


def in_words(contract: Contract, steps: Sequence[Sequence[Any]]) -> list[str]:
    """A sentence for each step of a week, as stored in its line. Lines of earlier versions of this program do not keep
    the calculation: it is that of the contract."""
    sentences = []
    for stored, amount, *numbers in steps:
        rule, _colon, method = stored.partition(":")
        sentences.append(_sentence(method or contract.method, rule, amount, *numbers))
    return sentences


def _sentence(method: str, rule: str, amount: str, *numbers: str) -> str:
    values = [Decimal(each) for each in numbers]
    money = [format_money(each) for each in values]
    plain = [number_format(each.normalize() if each else 0, use_l10n=True) for each in values]
    result = {"amount": format_money(Decimal(amount))}
    match rule:
        case Rule.HOUSE_COST:
            return _("%(percent)s %% of what the base %(base)s exceeds the house cost %(cost)s by: %(amount)s") % {
                **result, "base": money[0], "cost": money[1], "percent": plain[2],
            }  # fmt: skip
        case Rule.MINIMUM_HEAD:
            return _("At least %(each)s a head, %(heads)s heads: %(amount)s") % {
                **result, "each": money[0], "heads": plain[1],
            }  # fmt: skip
        case Rule.MINIMUM_WEEK:
            return _("At least %(amount)s a week") % result
        case Rule.GUARANTEE:
            return _("Guarantee %(guarantee)s, of which %(earned)s is earned; missing: %(amount)s") % {
                **result, "guarantee": money[0], "earned": money[1],
            }  # fmt: skip
        case Rule.ADVANCE:
            return _("Of it %(amount)s is paid from the advance of %(advance)s; to pay: %(rest)s") % {
                **result, "advance": money[0], "rest": money[1],
            }  # fmt: skip
    match method:
        case Method.PERCENT if len(values) > 1:
            return _("%(percent)s %% of the base %(base)s: %(amount)s") % {
                **result, "base": money[0], "percent": plain[1],
            }  # fmt: skip
        case Method.FIXED if len(values) > 1:
            return _("%(whole)s in %(weeks)s equal parts: %(amount)s") % {
                **result, "whole": money[0], "weeks": plain[1],
            }  # fmt: skip
        case Method.FIXED_SESSION | Method.PER_HEAD if len(values) > 1:
            return _("%(each)s × %(count)s: %(amount)s") % {**result, "each": money[0], "count": plain[1]}
        case Method.HOUSE_WEEK | Method.HOUSE_SESSION if len(values) > 1:
            return _("The base %(base)s less %(kept)s for the cinema: %(amount)s") % {
                **result, "base": money[0], "kept": money[1],
            }  # fmt: skip
    return _("Agreed amount: %(amount)s") % result
