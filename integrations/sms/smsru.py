"""SMS.ru. `SMS_PASSWORD` is the api_id, `SMS_SENDER` an approved name of the sender.

It takes no number of ours: an SMS whose answer was lost cannot be looked for, and is sent again.
"""

from collections.abc import Mapping

from django.conf import settings

from integrations.sms.http import Http, NoAnswer, amount, digits
from notifications.channels.sms import SmsNotTaken, SmsRefused, SmsReport, Status

ADDRESS = "https://sms.ru"
OK = 100
#: This SMS will never be taken: a wrong number, no text, too long, no way to this number, the number wants none.
REFUSED = {202, 203, 205, 207, 209}
UNCLEAR = {500}  # an error on their side
DELIVERED, UNDELIVERED = {103, 110}, {104, 105, 106, 107, 108}
AT_ONCE = 100


class SmsRu:
    def __init__(self) -> None:
        self._http = Http(ADDRESS)

    def send_numbered(self, *, number: int, phone: str, text: str) -> SmsReport:
        to = digits(phone)
        data = {"api_id": settings.SMS_PASSWORD, "to": to, "msg": text, "json": "1"}
        if settings.SMS_SENDER:
            data["from"] = settings.SMS_SENDER
        _status, answer = self._http.call("/sms/send", data)
        _check(answer)
        about = (answer.get("sms") or {}).get(to)  # the whole may be right and this number refused
        if not isinstance(about, dict):
            raise NoAnswer
        _check(about)
        return SmsReport(external_id=str(about.get("sms_id") or ""), cost=amount(about.get("cost")), currency="RUB")

    def find(self, *, number: int, phone: str) -> SmsReport | None:
        return None

    def reports(self, asked: Mapping[str, str]) -> dict[str, SmsReport]:
        found, ids = {}, list(asked)
        for start in range(0, len(ids), AT_ONCE):
            data = {"api_id": settings.SMS_PASSWORD, "sms_id": ",".join(ids[start : start + AT_ONCE]), "json": "1"}
            _status, answer = self._http.call("/sms/status", data)
            for external_id, about in (answer.get("sms") or {}).items():
                code = about.get("status_code")
                if code == -1:
                    continue
                status = Status.DELIVERED if code in DELIVERED else Status.SENT
                status = Status.UNDELIVERED if code in UNDELIVERED else status
                found[external_id] = SmsReport(status, external_id, cost=amount(about.get("cost")), currency="RUB")
        return found

    def close(self) -> None:
        self._http.close()


def _check(answer: Mapping[str, object]) -> None:
    code = answer.get("status_code")
    if code == OK:
        return
    if code is None or code in UNCLEAR:
        raise NoAnswer
    raise (SmsRefused if code in REFUSED else SmsNotTaken)(f"sms.ru {code}")
