"""A text of which nothing can be seen is no text."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from cinema.validators import ReasonNeeded, TextFormField, clean_line, clean_reason, clean_text

#: Spaces, format characters, fillers, a Braille cell without dots, a variation selector and a control character.
INVISIBLE = "\t \u00a0\u00ad\u034f\u061c\u115f\u180e\u200b\u200d\u202e\u2060\u2800\u3000\u3164\ufe0f\ufeff\x01"


@pytest.mark.parametrize("text", ["", *INVISIBLE, INVISIBLE])
def test_what_cannot_be_seen_is_empty_and_refused_where_a_text_is_required(text):
    assert clean_text(text) == ""
    with pytest.raises(ReasonNeeded):
        clean_reason(text)
    with pytest.raises(ValidationError) as refused:
        TextFormField().clean(text)
    assert refused.value.error_list[0].code == "required"
    assert TextFormField(required=False).clean(text) == ""


@pytest.mark.parametrize("text", [".", "Ill", "❤️", "\u200fשלום\u200f", "👩‍🚀", "e\u0301"])
def test_other_texts_stay_as_they_are(text):
    assert clean_text(f" {text}\n") == clean_reason(text) == TextFormField().clean(text) == text


@pytest.mark.parametrize("text", ["Solaris\n\n2002", "Solaris\r\n2002", "Solaris\u20282002", "Solaris\x0b\x852002"])
def test_names_and_reasons_are_one_line_and_longer_texts_keep_theirs(text):
    assert clean_line(text) == clean_reason(text) == TextFormField().clean(text) == "Solaris 2002"
    assert TextFormField(widget=forms.Textarea()).clean(text) == text


def test_a_reason_fits_its_column():
    assert clean_reason("x" * 250) == "x" * 250
    for reason in ("x" * 251, "Ill\x00"):
        with pytest.raises(ReasonNeeded):
            clean_reason(reason)
