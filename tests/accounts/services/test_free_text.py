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
