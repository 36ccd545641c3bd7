"""Consents by purpose and channel: how they are asked for, recorded, read, exported and erased."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.errors import WithdrawnAlready
from accounts.models import AccountChange, MarketingConsent, User, normalise_email
from accounts.services.export import facts_of
from house_rules.face import face

Purpose = MarketingConsent.Purpose
Channel = MarketingConsent.Channel
Place = MarketingConsent.Place

AGREEMENTS = {
    (Purpose.NEWS, Channel.EMAIL): _("Send me news and offers from %(site)s by email. I can unsubscribe at any time."),
    (Purpose.NEWS, Channel.SMS): _(
        "Send me news and offers from %(site)s by text message. I can unsubscribe at any time."
    ),
}
WITHDRAWALS = {
    (Purpose.NEWS, Channel.EMAIL): _("Don’t send me any more news and offers from %(site)s by email."),
    (Purpose.NEWS, Channel.SMS): _("Don’t send me any more news and offers from %(site)s by text message."),
}


def offered_channels() -> list[Channel]:
    """The channels for which customers are asked: those by which messages can be sent. Reads only."""
    return [Channel.EMAIL, *([Channel.SMS] if settings.SMS_BACKEND else [])]


def wording(channel: str, *, purpose: str = Purpose.NEWS, is_given: bool = True, language: str = "") -> str:
    """The sentence with which a consent is given or withdrawn, in this language or the active one. Reads only."""
    texts = AGREEMENTS if is_given else WITHDRAWALS
    with translation.override(known_language(language)):
        return str(texts[Purpose(purpose), Channel(channel)]) % {"site": face().name}


def site_name(language: str) -> str:
    """The name of the site, for messages in this language. Reads only."""
    with translation.override(known_language(language)):
        return face().name


def known_language(language: str) -> str:
    """The language, if the site is shown in it, otherwise the active one. Reads only."""
    active = translation.get_language() or settings.LANGUAGE_CODE
    return language if language in dict(settings.LANGUAGES) else active


def record_consent(
    recipient: str,
    *,
    purpose: str = Purpose.NEWS,
    channel: str,
    is_given: bool,
    place: str,
    is_proved: bool,
    language: str = "",
    user: User | None = None,
    order: int | None = None,
    actor: User | None = None,
    at: datetime,
) -> MarketingConsent:
    """Record that a consent was given or withdrawn with the sentence that was shown in this language.

    `is_proved`: the recipient is known to be the person's own. If not, the row does not count until the recipient
    confirms it. Staff (`actor`) record withdrawals only. One query. Owns its transaction.
    """
    return MarketingConsent.objects.create(
        purpose=purpose,
        channel=channel,
        recipient=recipient,
        is_given=is_given,
        at=at,
        wording=wording(channel, purpose=purpose, is_given=is_given, language=language),
        language=known_language(language),
        place=place,
        is_proved=is_proved,
        user=user,
        order_id=order,
        actor=actor,
    )


def confirm(consent: MarketingConsent, *, at: datetime) -> None:
    """Record that the recipient of this row, which was only asked for, agrees with the same words.

    For whoever has the link that was sent to the recipient. Again records nothing. Two queries. Owns its transaction.
    """
    if Channel(consent.channel) in consented({Channel(consent.channel): consent.recipient}, purpose=consent.purpose):
        return
    MarketingConsent.objects.create(
        purpose=consent.purpose,
        channel=consent.channel,
        recipient=consent.recipient,
        is_given=True,
        at=at,
        wording=consent.wording,
        language=consent.language,
        place=Place.MESSAGE,
        is_proved=True,
        user=consent.user,
        order_id=consent.order_id,
    )


def withdraw(consent: MarketingConsent, *, place: str, actor: User | None = None, at: datetime) -> MarketingConsent:
    """Withdraw the consent of this row's recipient for its purpose and channel.

    For whoever has the link that was sent to the recipient, and for staff (`actor`). Raises `WithdrawnAlready`.
    Owns its transaction.
    """
    same = {"purpose": consent.purpose, "channel": consent.channel, "recipient": consent.recipient}
    current = MarketingConsent.objects.filter(**same).current().first()
    if current is None or not current.is_given:
        raise WithdrawnAlready(gettext("%(recipient)s gets no news and offers.") % {"recipient": consent.recipient})
    return record_consent(
        consent.recipient,
        purpose=consent.purpose,
        channel=consent.channel,
        is_given=False,
        place=place,
        is_proved=True,
        user=current.user,
        order=current.order_id,
        actor=actor,
        at=at,
    )


def withdraw_elsewhere(recipients: Collection[str], *, channel: str, at: datetime) -> None:
    """Record that these people have unsubscribed at a partner that sends news for us, who knows them in small letters.

    Two queries, none without people. Owns its transaction.
    """
    agreed = MarketingConsent.objects.news().filter(channel=channel).current().filter(is_given=True)
    rows = agreed.alias(small=Lower("recipient")).filter(small__in=recipients)
    MarketingConsent.objects.bulk_create(
        [
            MarketingConsent(
                channel=channel,
                recipient=row.recipient,
                is_given=False,
                at=at,
                wording=wording(channel, is_given=False, language=row.language),
                language=row.language,
                place=Place.MESSAGE,
                is_proved=True,
                user=row.user,
                order_id=row.order_id,
            )
            for row in rows.select_related("user")
        ]
    )


def consented(recipients: Mapping[Channel, str], *, purpose: str = Purpose.NEWS) -> set[Channel]:
    """The channels by which these recipients agreed to this purpose. One query. Reads only."""
    asked = Q(pk__in=[])
    for channel, recipient in recipients.items():
        asked |= Q(channel=channel, recipient=recipient)
    rows = MarketingConsent.objects.filter(asked, purpose=purpose).current().filter(is_given=True)
    return {Channel(channel) for channel in rows.values_list("channel", flat=True)}


def consented_by(user: User, recipients: Mapping[Channel, str]) -> dict[Channel, bool]:
    """The channels by which the owner of this account wants news and offers at these recipients, each with whether that
    counts already or is still to be confirmed.

    Of what is only typed, such as its phone number, only what this account itself has said, so that nobody learns what
    a number has agreed to. Two queries a channel. Reads only.
    """
    wanted: dict[Channel, bool] = {}
    for channel, recipient in recipients.items():
        if is_proved_by_account(channel, recipient, user):
            wanted |= dict.fromkeys(consented({channel: recipient}), True)
            continue
        said = (
            MarketingConsent.objects.news()
            .filter(user=user, channel=channel, recipient=recipient)
            .order_by("-pk")
            .first()
        )
        wanted |= {channel: said.is_proved} if said and said.is_given else {}
    return wanted


def may_withdraw(channel: str, recipient: str, *, user: User | None, order: int | None) -> bool:
    """Whether the news that the recipient agreed to rest on this account or order, so that either may take it back at
    once. One query. Reads only.
    """
    theirs = Q(order=order) if order else Q(user=user, user__isnull=False)
    rows = MarketingConsent.objects.news().filter(theirs, channel=channel, recipient=recipient, is_given=True)
    return rows.current().exists()


def is_proved_by_account(channel: str, recipient: str, user: User | None) -> bool:
    """Whether the recipient is known to be the account's owner's: its e-mail address, with which it was opened by a
    link, unless staff have typed another one since; its number is not. At most one query. Reads only.
    """
    if user is None or channel != Channel.EMAIL or user.email != normalise_email(recipient):
        return False
    return not user.account_changes.filter(kind=AccountChange.Kind.ADDRESS).exists()


def _about(recipients: Iterable[str], user: User | None, orders: Collection[int]) -> Q:
    about = Q(recipient__in=[each for each in recipients if each]) | Q(order__in=orders)
    return about | Q(user=user) if user else about


def export_consents(recipients: Iterable[str], *, user: User | None, orders: Collection[int]) -> list[dict[str, Any]]:
    """The consents of a customer, for an export. One query. Reads only."""
    rows = MarketingConsent.objects.filter(_about(recipients, user, orders)).order_by("pk")
    names = "purpose channel recipient is_given at wording language place is_proved".split()
    return [facts_of(row, names) for row in rows]


def erase_consents(recipients: Collection[str], *, user: User | None, orders: Collection[int]) -> None:
    """Remove the addresses from the consents of a customer; nothing is sent to nobody. One query.

    Without `recipients` only what was said with these orders. With them, what somebody else has withdrawn by the link
    in a message stays: the customer may have typed that address. Must be called inside a transaction (the orders are
    locked).
    """
    rows = MarketingConsent.objects.filter(_about(recipients, user, orders))
    if recipients:
        rows = rows.exclude(~Q(recipient__in=recipients), place=Place.MESSAGE)
    rows.update(recipient="")
