from tools.icon_font import NAMES, TARGET, icons_in, sources


def test_the_font_of_the_admin_has_every_icon_in_use() -> None:
    named = set[str]().union(*map(icons_in, sources()))

    assert named - set(NAMES.read_text().split()) == set(), "run tools/icon_font.py"
    assert len(named) > 50


def test_the_font_is_small() -> None:
    assert TARGET.stat().st_size < 40_000


def test_icons_are_found_in_templates_code_and_styles() -> None:
    page = (
        '<span class="material-symbols-outlined text-sm">\n arrow_back </span> {"icon": "home"} icon="add" icon=other'
        ' .date-icon:after{content:"calendar_today"}'
    )

    assert icons_in(page) == {"arrow_back", "home", "add", "calendar_today"}
