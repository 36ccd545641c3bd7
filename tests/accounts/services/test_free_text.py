import pytest

from accounts.services.free_text import ERASED, Words


@pytest.mark.parametrize(
    "longer",
    [
        "jimbob@x.de",
        "jim.bob@x.de",
        "jim-bob@x.de",
        "jim+bob@x.de",
        "jim_bob@x.de",
        "o'bob@x.de",
        "жbob@x.de",
        "e\u0301bob@x.de",
        "bob@x.de.com",
        "bob@x.de-mail.com",
        "bob@x.dev",
    ],
)
def test_an_address_that_contains_another_is_not_that_one(longer: str) -> None:
    words = Words(addresses=["bob@x.de"])

    assert words.redact(f"Wrote to {longer}, then to Bob@X.de.") == f"Wrote to {longer}, then to {ERASED}."


@pytest.mark.parametrize("around", ["<{}>", "mailto:{}", "-{}", "email={}", "'{}'", "anna@x.de/{}", "{}, {}", "…{}."])
def test_whole_addresses_are_redacted_whatever_stands_around_them(around: str) -> None:
    words = Words(addresses=["bob@x.de"])

    assert words.redact(around.format("BOB@x.de", "bob@x.de")) == around.format(ERASED, ERASED)


def test_a_name_in_letters_of_two_characters_is_a_whole_word() -> None:
    words = Words(names=["Rene"])

    assert words.redact("Rene and Rene\u0301") == f"{ERASED} and Rene\u0301"


@pytest.mark.parametrize("known", ["анна@пример.рф", "анна@xn--e1afmkfd.xn--p1ai"])
def test_a_national_domain_is_redacted_in_both_ways_to_write_it(known: str) -> None:
    words = Words(addresses=[known])

    for written in ("анна@пример.рф", "Анна@xn--e1afmkfd.xn--p1ai"):
        assert words.redact(f"Refused: {written}") == f"Refused: {ERASED}"


@pytest.mark.parametrize("known", ["+79161234567", "Анна", "a@" + "x" * 70 + ".de", "a@", "a@..", "@"])
def test_what_has_no_domain_is_left_as_it_is(known: str) -> None:
    assert known in Words(addresses=[known]).addresses
