from house_rules.limited_markdown import to_html


def test_headings_paragraphs_lists_links_and_bold_words_become_html() -> None:
    text = "# Refunds\r\nUntil **one hour**\nbefore.\n\n- online\n- at the [box office](/contacts/)\n1. first"

    assert to_html(text).split("\n") == [
        "<h2>Refunds</h2>",
        "<p>Until <b>one hour</b><br>before.</p>",
        '<ul><li>online</li><li>at the <a href="/contacts/">box office</a></li></ul>',
        "<ol><li>first</li></ol>",
    ]


def test_the_highest_headings_of_a_text_follow_the_title_of_the_page_and_no_level_is_left_out() -> None:
    assert to_html("## Tickets\n#### not one\n### Refunds\u2028and more") == (
        "<h2>Tickets</h2>\n<p>#### not one</p>\n<h3>Refunds\u2028and more</h3>"
    )
    assert to_html("# Tickets\n### Refunds") == "<h2>Tickets</h2>\n<h3>Refunds</h3>"
    assert to_html("##\u2028Tickets") == "<h2>Tickets</h2>"


def test_markup_and_addresses_of_scripts_stay_text() -> None:
    html = to_html('<script>x</script> [a](javascript:x) [b](//evil.example) [c](https://x.example/"onclick="y)')

    assert html == (
        "<p>&lt;script&gt;x&lt;/script&gt; [a](javascript:x) [b](//evil.example) "
        '<a href="https://x.example/&quot;onclick=&quot;y">c</a></p>'
    )


def test_long_hostile_texts_are_read_once() -> None:
    """Hours, were each bracket tried with the rest of the text."""
    for piece in ("[", "** a", "[a](", "[a](https://x"):
        text = piece * 100_000
        assert to_html(text) == f"<p>{text}</p>"
