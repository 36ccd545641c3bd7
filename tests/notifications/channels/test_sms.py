import pytest

from notifications.channels.sms import parts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("🎬" * 35, 1),
        ("", 1),
    ],
)
def test_a_text_is_charged_by_its_parts(text: str, expected: int) -> None:
    assert parts(text) == expected
