"""Every kind of `Refused` has a code of its own, and docs/errors.md lists it."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cinema.status import Refused
from payments.errors import GatewayRefused

ROOT = Path(__file__).parents[2]
ROWS = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \|$", (ROOT / "docs" / "errors.md").read_text(), flags=re.M)


def kinds() -> list[type[Refused]]:
    """Every kind that the product has, `Refused` itself first."""
    rooms = [path.parent for path in ROOT.glob("*/apps.py")]
    for path in (path for room in rooms for path in room.rglob("*.py") if "migrations" not in path.parts):
        if re.search(r"^class \w+\(\w+, code=\"\w+\"\):$", path.read_text(), flags=re.M):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    return [kind for kind in [Refused, *_below(Refused)] if not kind.__module__.startswith("tests.")]


def _below(kind: type[Refused]) -> Iterator[type[Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_each_kind_has_a_code_of_its_own_and_one_line_that_says_when(kind):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", vars(kind).get("code", ""))
    assert re.fullmatch(r".+\.", (kind.__doc__ or "").split("\n\n")[0])


def test_no_two_kinds_share_a_code():
    codes = [kind.code for kind in kinds()]

    assert sorted(set(codes)) == sorted(codes)


def test_the_page_lists_each_code_once_with_the_line_of_its_kind():
    assert sorted((code, when) for code, when, _what_to_do in ROWS) == sorted(
        (kind.code, kind.__doc__.splitlines()[0]) for kind in kinds()
    )


def test_a_kind_without_a_code_cannot_be_defined():
    with pytest.raises(TypeError, match="code"):
        type("Nameless", (Refused,), {})


def test_a_code_is_not_changed_by_what_a_gateway_answers():
    error = GatewayRefused("card_declined")

    assert (error.code, error.answer) == ("gateway_refused", "card_declined")
