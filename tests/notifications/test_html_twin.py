"""The HTML of e-mails says what their text says."""

import re
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.utils.html import strip_tags

from house_rules.models import ChainFace
from notifications.channels.email import EmailChannel
from notifications.models import MessageKind, Notification
from notifications.rendering import render_email
from tests.helpers.fakes.mail import CONTEXTS, NOW
from tests.helpers.pictures import a_picture

pytestmark = pytest.mark.django_db


def message(kind: MessageKind, language: str = "en", **changed: Any) -> Notification:
    return Notification(
        kind=kind,
        recipient="guest@example.com",
        occasion="A-1",
        language=language,
        context=CONTEXTS[kind] | changed,
        created_at=NOW,
        next_attempt_at=NOW,
    )


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("language", ["ru", "de"])
def test_every_word_of_the_text_is_in_the_html(kind: MessageKind, language: str) -> None:
    email = render_email(message(kind, language))
    text = " ".join(unescape(strip_tags(email.html)).split()) + email.html

    for line in email.body.splitlines():
        assert " ".join(line.strip().removeprefix("- ").split()) in text


def test_a_film_is_text_never_markup() -> None:
    showings = [{"film": "<img src=x> & Co", "starts": "2026-11-23T19:00:00+03:00", "hall": "<b>", "seats": []}]

    html = render_email(message(MessageKind.ORDER_PAID, showings=showings)).html

    assert "<h2>“&lt;img src=x&gt; &amp; Co”</h2>" in html
    assert "<b>" not in html


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if "rating" in str(CONTEXTS[kind])])
def test_the_age_mark_follows_the_title_of_a_film_and_lacks_where_it_was_not_stored(kind: MessageKind) -> None:
    showings = [{"film": "Stalker", "starts": "2026-11-23T19:00:00+03:00", "hall": "", "seats": []}]

    marked, before = render_email(message(kind)), render_email(message(kind, rating="", showings=showings))

    assert re.search("(<h2>)?“(Stalker|Tom &amp; Jerry)”\N{NO-BREAK SPACE}(12|6)\\+(</h2>)?", marked.html)
    assert "+" not in before.body.replace("+03:00", "")


def test_an_address_alone_is_a_button_and_the_cinema_is_on_a_map() -> None:
    html = render_email(message(MessageKind.ORDER_PAID)).html

    assert '<a class="button" href="https://cinema.example/o/secret">Show my tickets</a>' in html
    assert "openstreetmap.org/search?query=Paris%2C%20Rivoli%201" in html
    assert "http" not in re.sub(r"https://(cinema\.example|www\.openstreetmap\.org)\S+", "", html)  # nothing is loaded


def test_a_code_that_is_typed_is_large() -> None:
    html = render_email(message(MessageKind.GIFT_CARD)).html

    assert '<p class="typed">2345 6789 2345 6789</p>' in html


def test_only_addresses_that_the_sender_holds_are_linked_whatever_a_title_or_a_reason_says() -> None:
    evil = "https://evil.example/pay"
    showings = [{**CONTEXTS[MessageKind.ORDER_PAID]["showings"][0], "film": f"Solaris”\n\n{evil}\n\n“Solaris"}]
    paid = render_email(message(MessageKind.ORDER_PAID, showings=showings)).html
    asked = render_email(message(MessageKind.REFUNDS_TO_APPROVE, reason=f"Projector.\n\nSee {evil}\n{evil}")).html
    changed = render_email(message(MessageKind.SESSION_CHANGED)).html

    for html in (paid, asked):
        assert evil in html
        assert f'href="{evil}' not in html
    assert 'Your order: <a href="https://cinema.example/o/secret">' in changed


def test_it_has_the_chains_name_and_colours() -> None:
    ChainFace.objects.create(name="Aurora", accent_light="#004488")

    html = render_email(message(MessageKind.SIGN_IN)).html

    assert '<p class="house">Aurora</p>' in html
    assert "background: #004488" in html


def test_codes_are_pictures_within_the_e_mail() -> None:
    channel = EmailChannel()

    channel.send(message(MessageKind.ORDER_PAID))
    channel.close()

    sent = mail.outbox[0].message()
    parts = [(part.get_content_type(), part["Content-ID"]) for part in sent.walk() if not part.is_multipart()]
    assert parts == [
        ("text/plain", None),
        ("text/html", None),
        ("image/png", "<A-1-5-7>"),
        ("image/png", "<A-1-5-8>"),
    ]
    assert 'src="cid:A-1-5-7"' in mail.outbox[0].alternatives[0][0]


def test_the_logo_travels_with_the_message_and_the_name_stands_where_pictures_are_blocked() -> None:
    logo = a_picture(200, 80, kind="PNG")
    ChainFace.objects.create(name="Aurora & Co", logo=logo, logo_digest="abc", logo_width=200, logo_height=80)

    EmailChannel().send(message(MessageKind.SIGN_IN))

    [sent] = mail.outbox
    html = str(sent.alternatives[0].content)
    assert '<img src="cid:logo" alt="Aurora &amp; Co" width="100" height="40">' in html
    [part] = sent.attachments
    assert (part["Content-ID"], part.get_payload(decode=True)) == ("<logo>", logo)
