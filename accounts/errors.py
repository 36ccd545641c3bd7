from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cinema.status import ConcurrentChange, Refused


class UnknownPermission(Exception):
    """`accounts.roles` names permissions that no model declares, or whose migration has not run."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))


class CannotDeactivateSelf(Refused, code="own_account"):
    """Staff cannot deactivate their own account, since they could not reverse it."""

    def __str__(self) -> str:
        return _("You can’t deactivate your own account. Ask a colleague to do it.")


class InsufficientAccess(Refused, code="person_out_of_reach"):
    """The person has permissions or cinemas that the acting user does not have."""

    def __init__(self, person: Any) -> None:
        super().__init__(person)
        self.person = person

    def __str__(self) -> str:
        return _("%(person)s has access that you don’t have. Ask someone with at least the same access to do this.") % {
            "person": self.person
        }


class PasswordLinkRefused(Refused, code="password_link_invalid"):
    """The link to set a staff password was used, is too old, or is not ours."""

    def __str__(self) -> str:
        return _("This link has expired or has already been used. Ask your manager to send a new one.")


class PasswordLinkSentLately(Refused, code="password_link_sent_lately"):
    """A link to set the password was sent a few minutes ago and still works."""

    def __init__(self, person: Any) -> None:
        super().__init__(person)
        self.person = person

    def __str__(self) -> str:
        return _("A link was sent to %(email)s a few minutes ago and still works.") % {"email": self.person.email}


class SentTwice(Refused, code="sent_twice"):
    """The same form, with the same values, was sent before and is carried out once."""

    def __init__(self, at: datetime | None) -> None:
        super().__init__(at)
        self.at = at  # of the first time

    def __str__(self) -> str:
        return _("This form was already sent, and takes effect only once. To do the same again, open the page again.")


class SecondFactorWrong(Refused, code="second_factor_wrong"):
    """The code of the authenticator app, or the recovery code, is wrong or was used."""

    def __str__(self) -> str:
        return _("This code is wrong or has already been used. Wait for the next one and try again.")


class SecondFactorMissing(Refused, code="second_factor_missing"):
    """The person has not set up two-step sign-in, or a colleague has just reset it."""

    def __str__(self) -> str:
        return _("Two-step sign-in is not set up.")


class OwnSecondFactor(Refused, code="own_second_factor"):
    """Staff cannot reset their own second factor, or the password alone would be enough."""

    def __str__(self) -> str:
        return _("You can’t reset your own two-step sign-in. Ask a colleague to do it.")


class ApprovalRequired(Refused, code="approval_needed"):
    """The amount is above the limit for one person; call `request_approval` for `service` instead."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service

    def __str__(self) -> str:
        return _("This is above your limit. A colleague has to approve it.")


class ApproverNotAllowed(Refused, code="approver_not_allowed"):
    """The approver made the request or benefits from it, or one of the two people lacks the permission."""

    def __str__(self) -> str:
        return _("You can’t approve this request. It has to be a different person who is also allowed to do this.")


class ApproverNotIndependent(Refused, code="approver_not_independent"):
    """One of the two changed the other's account recently, or a third person changed both: they may be one person."""

    def __str__(self) -> str:
        days = settings.APPROVER_INDEPENDENT_AFTER.days
        return ngettext(
            "You can’t approve this request: in the last %(days)d day, one of you set up or changed the other’s "
            "account, or someone else did so with both. Ask another colleague to approve it.",
            "You can’t approve this request: in the last %(days)d days, one of you set up or changed the other’s "
            "account, or someone else did so with both. Ask another colleague to approve it.",
            days,
        ) % {"days": days}


class NotAnApprover(Refused, code="not_an_approver"):
    """An approver has to be an active member of staff whose role may approve requests."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address

    def __str__(self) -> str:
        return _("%(address)s can’t be an approver: it has to be an active employee whose role allows it.") % {
            "address": self.address
        }


class ApprovalOutdated(Refused, code="approval_outdated"):
    """The request was changed or withdrawn, or would no longer have the effect that it shows."""

    def __str__(self) -> str:
        return _("This request is out of date. Look at the current one, or ask your colleague to make a new request.")


class DeviceCodeWrong(Refused, code="device_code_wrong"):
    """The code that enrols a device is wrong, was used, or is too old."""

    def __str__(self) -> str:
        return _("This code is wrong or has expired. Ask a manager for a new one.")


class DeviceRevoked(ConcurrentChange, code="device_revoked"):
    """The device was revoked already."""

    def __init__(self, device: Any) -> None:
        super().__init__(_("%(device)s is revoked.") % {"device": device})


class PinWrong(Refused, code="pin_wrong"):
    """The PIN is not that of the chosen person, or that person does not work here."""

    def __init__(self, pin: Any = None) -> None:
        super().__init__()
        self.pin = pin  # the row in which it was counted

    def __str__(self) -> str:
        return _("Wrong PIN. Try again.")


class PinOff(Refused, code="pin_off"):
    """The PIN was typed wrongly too often since it was set, and is off until its owner sets a new one."""

    def __str__(self) -> str:
        return _("This PIN was typed wrongly too often and is off. Set a new one on your page in the administration.")


class PinPaused(Refused, code="pin_paused"):
    """The PIN was typed wrongly too often within a day on this device."""

    def __str__(self) -> str:
        return _(
            "Your PIN was typed wrongly too often on this device today. Use another device, set a new PIN on your page "
            "in the administration, or try again tomorrow."
        )


class CustomerCodeWrong(Refused, code="customer_code_wrong"):
    """The code is not that of a customer now."""

    def __str__(self) -> str:
        return _("This code is wrong or too old. Ask the guest to open their points again.")


class PayingCodeNeeded(Refused, code="paying_code_needed"):
    """Points would pay by the code that only earns, or by one that has paid before."""

    def __str__(self) -> str:
        return _(
            "Points pay by the code that the guest finds under My points – Pay with points, once for each code. "
            "Nothing was sold."
        )


class OwnCustomerCode(Refused, code="customer_code_own"):
    """Somebody sells with the code of an account of their own: that of their work, or one with its phone or mailbox."""

    def __str__(self) -> str:
        return _("You cannot earn points on what you sell.")


class PinTooSimple(Refused, code="pin_too_simple"):
    """The PIN is too short, has other characters than digits, or is one of those that are guessed first."""

    def __str__(self) -> str:
        return _(
            "Choose at least %(digits)d digits that nobody guesses: no row, no pairs, no year, no line on the keypad."
        ) % {"digits": settings.PIN_DIGITS}


class LastOwner(Refused, code="last_owner"):
    """The last active owner cannot be deactivated, since no one else can appoint an owner."""

    def __str__(self) -> str:
        return _("The last owner can’t be deactivated. Give someone else the owner role first.")


class RateLimited(Refused, code="too_many_requests"):
    """Too many attempts by one person or from one IP address."""

    def __init__(self, wait: int) -> None:
        self.wait = wait
        minutes = max(1, -(-wait // 60))
        hours = -(-minutes // 60)
        in_minutes = ngettext(
            "Too many attempts. Try again in %(minutes)d minute.",
            "Too many attempts. Try again in %(minutes)d minutes.",
            minutes,
        )
        in_hours = ngettext(
            "Too many attempts. Try again in %(hours)d hour.",
            "Too many attempts. Try again in %(hours)d hours.",
            hours,
        )
        super().__init__((in_minutes if minutes < 120 else in_hours) % {"minutes": minutes, "hours": hours})


class LogInPaused(RateLimited, code="log_in_paused"):
    """Too many wrong passwords of one person, or from one IP address."""


class WithdrawnAlready(ConcurrentChange, code="consent_withdrawn_already"):
    """There is no consent to withdraw: it was withdrawn already, or never counted."""
