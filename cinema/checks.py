"""System checks of an installation: what `check --deploy` reports, and the admin's first page before opening.

Importing the settings never refuses any of this, so that jobs and commands keep running while it is fixed.
"""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from django.conf import settings
from django.core.checks import Error
from django.utils.translation import gettext as _
from django.utils.translation import override

SECRET_KEY_LENGTH = 50
MAKE_SECRET_KEY = 'python3 -c "import secrets; print(secrets.token_urlsafe(64))"'  # noqa: S105 (a command)
LOOPBACK = {"localhost", "127.0.0.1", "::1", ""}
#: Backends that send nothing to anybody.
NO_MAIL_SERVER = {
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")
}


def check_installation(*_args: Any, **_kwargs: Any) -> list[Error]:
    """The faults of the settings, in English: system administrators search for these texts."""
    with override("en"):
        return list(faults())


def faults() -> Iterator[Error]:
    """What must be set before the cinema opens, in the active language. The ids are stable. Reads only settings."""
    if len(settings.SECRET_KEY) < SECRET_KEY_LENGTH or len(set(settings.SECRET_KEY)) < 5:
        yield Error(
            _("SECRET_KEY is too short: links and sign-ins could be forged."),
            hint=_("Make one of at least %(length)d characters with: %(command)s")
            % {"length": SECRET_KEY_LENGTH, "command": MAKE_SECRET_KEY},
            id="cinema.E001",
        )
    address = urlsplit(settings.SITE_URL)
    if address.scheme != "https" or (address.hostname or "") in LOOPBACK:
        yield Error(
            _("The address of the site is not set: links in e-mails lead nowhere."),
            hint=_("Set %(setting)s, for example: %(example)s")
            % {"setting": "SITE_URL", "example": "SITE_URL=https://cinema.example"},
            id="cinema.E002",
        )
    if settings.EMAIL_BACKEND in NO_MAIL_SERVER:
        yield Error(
            _("The mail server is not set: customers get no tickets by e-mail."),
            hint=_("Set %(setting)s, for example: %(example)s")
            % {"setting": "EMAIL_URL", "example": "EMAIL_URL=smtp+tls://USER:PASSWORD@HOST:587"},
            id="cinema.E003",
        )
    mailbox, at_sign, domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")
    if not at_sign or domain in LOOPBACK or not mailbox.isascii():  # a national domain is fine: it has an ASCII form
        yield Error(
            _("The sender of e-mails is not set: mail servers refuse them."),
            hint=_("Set %(setting)s, for example: %(example)s")
            % {"setting": "DEFAULT_FROM_EMAIL", "example": "DEFAULT_FROM_EMAIL=Aurora <tickets@cinema.example>"},
            id="cinema.E004",
        )
    if "demo" in settings.PAYMENT_GATEWAYS and not settings.DEBUG:
        yield Error(
            _("Customers can pay with the demonstration bank: they get tickets for nothing."),
            hint=_("Remove demo from %(setting)s, and name a payment provider: see docs/payments.md")
            % {"setting": "PAYMENT_GATEWAYS"},
            id="cinema.E005",
        )
    if not {settings.PHONE_REGION, *settings.SMS_REGIONS} <= phonenumbers.SUPPORTED_REGIONS:
        yield Error(
            _("The country of phone numbers is unknown: numbers without a country code are refused."),
            hint=_("Set %(setting)s, for example: %(example)s")
            % {"setting": "PHONE_REGION", "example": "PHONE_REGION=RU"},
            id="cinema.E006",
        )
