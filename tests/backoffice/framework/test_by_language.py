from backoffice.framework.by_language import rows_of_fields, text_fields, typed_texts


def test_a_text_has_a_field_for_each_language_called_by_its_own_name() -> None:
    fields = text_fields("title", "title", languages=["de", "pt-br"], max_length=10)

    assert list(fields) == ["title_de", "title_pt_br"]
    assert str(fields["title_de"].label) == "Title · Deutsch"


def test_two_languages_stand_beside_each_other_and_three_below_each_other() -> None:
    assert rows_of_fields("title", languages=["de", "pt-br"]) == [("title_de", "title_pt_br")]
    assert rows_of_fields("title", languages=["de", "en", "ru"]) == [("title_de",), ("title_en",), ("title_ru",)]


def test_languages_without_a_text_are_left_out() -> None:
    assert typed_texts({"title_de": "Spiegel", "title_en": ""}, "title", languages=["de", "en"]) == {"de": "Spiegel"}
