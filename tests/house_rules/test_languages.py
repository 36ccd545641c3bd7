from datetime import date

import pytest
from django.utils import translation

from house_rules.languages import language_name, languages_of, month_day, own_name_of


def test_each_language_is_named_in_the_language_of_the_reader_and_in_its_own() -> None:
    with translation.override("en"):
        assert [(code, str(name)) for code, name in languages_of(["de", "PT-BR", "de"])] == [
            ("de", "German"),
            ("pt-br", "Brazilian Portuguese"),
        ]
    assert own_name_of("ru") == "Русский"


@pytest.mark.parametrize(("language", "name"), [("en", "English"), ("ru", "английский"), ("de", "Englisch")])
def test_a_language_is_named_as_within_a_sentence(language: str, name: str) -> None:
    with translation.override(language):
        assert (language_name("en"), language_name("tlh")) == (name, "TLH")


def test_an_unknown_code_stops_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        languages_of(["de", "elvish"])
    assert "elvish is not the code of a language" in capsys.readouterr().err


@pytest.mark.parametrize(("language", "text"), [("en", "24 November"), ("ru", "24 ноября"), ("de", "24. November")])
def test_a_date_is_written_as_the_language_does(language: str, text: str) -> None:
    with translation.override(language):
        assert month_day(date(2026, 11, 24)) == text
