from cinema.codes import CODE_CHARACTERS, random_code


def test_a_code_has_its_length_and_no_character_that_is_easily_confused() -> None:
    code = random_code(2000)

    assert len(code) == 2000
    assert set(code) == set(CODE_CHARACTERS)
    assert not set(code) & set("0O1I")
