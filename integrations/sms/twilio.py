"""Twilio. `SMS_LOGIN` is the account's SID, `SMS_PASSWORD` its token, `SMS_SENDER` a number or a service (MG…).

It takes no number of ours: an SMS whose answer was lost is sent again.
"""

from collections.abc import Mapping

from django.conf import settings

from integrations.sms.http import Http, NoAnswer, amount
from jobs.claims import TimeLimit
from notifications.channels.sms import SmsNotTaken, SmsRefused, SmsReport, Status

ADDRESS = "https://api.twilio.com"
CALLBACK_PATH = "/sms/callback/"  # a test compares the view's
#: No such number, not a mobile one, or its owner has answered STOP.
REFUSED = {21211, 21214, 21217, 21610, 21614}
STATES = {
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.UNDELIVERED,
    "failed": Status.UNDELIVERED,
    "canceled": Status.UNDELIVERED,
}


class Twilio:
    def __init__(self) -> None:
        self._http = Http(ADDRESS)
        self._account = f"/2010-04-01/Accounts/{settings.SMS_LOGIN}/Messages"
        self._auth = (settings.SMS_LOGIN, settings.SMS_PASSWORD)

    def send_numbered(self, *, number: int, phone: str, text: str) -> SmsReport:
        is_service = settings.SMS_SENDER.startswith("MG")
        data = {"To": phone, "Body": text, "MessagingServiceSid" if is_service else "From": settings.SMS_SENDER}
        if settings.SITE_URL.startswith("https://"):
            data["StatusCallback"] = settings.SITE_URL + CALLBACK_PATH
        status, answer = self._http.call(f"{self._account}.json", data, auth=self._auth)
        if status >= 400:
            code = answer.get("code")
            raise (SmsRefused if code in REFUSED else SmsNotTaken)(f"twilio {code or status}")
        if not answer.get("sid"):
            raise NoAnswer
        return _report(answer)

    def find(self, *, number: int, phone: str) -> SmsReport | None:
        return None

    def reports(self, asked: Mapping[str, str]) -> dict[str, SmsReport]:
        limit, found = TimeLimit(), {}
        for external_id in asked:
            if limit.is_over:
                break
            status, answer = self._http.call(f"{self._account}/{external_id}.json", auth=self._auth)
            if status < 400:
                found[external_id] = _report(answer)
        return found

    def close(self) -> None:
        self._http.close()


def _report(answer: Mapping[str, object]) -> SmsReport:
    segments = str(answer.get("num_segments") or "")
    return SmsReport(
        STATES.get(str(answer.get("status")), Status.SENT),
        str(answer.get("sid") or ""),
        parts=int(segments) if segments.isdecimal() and int(segments) else None,
        cost=amount(answer.get("price")),
        currency=str(answer.get("price_unit") or "")[:3].upper(),
    )
