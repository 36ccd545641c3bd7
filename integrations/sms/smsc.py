"""SMSC.ru. `SMS_LOGIN` and `SMS_PASSWORD` are those of the account, `SMS_SENDER` an approved name of the sender.

It takes a number of ours: an SMS whose answer was lost is looked for before it is sent again.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from integrations.sms.http import Http, NoAnswer, amount, digits
from jobs.claims import TimeLimit
from notifications.channels.sms import SmsNotTaken, SmsRefused, SmsReport, Status

ADDRESS = "https://smsc.ru"
REFUSED = {7, 8}  # a wrong number, or one that cannot be reached
NOT_FOUND = -3
DELIVERED, UNDELIVERED = {1, 2, 4}, {-2, 3, 20, 22, 23, 24, 25}


class Smsc:
    def __init__(self) -> None:
        self._http = Http(ADDRESS)

    def send_numbered(self, *, number: int, phone: str, text: str) -> SmsReport:
        data = {"phones": digits(phone), "mes": text, "id": str(number), "cost": "3"}
        if settings.SMS_SENDER:
            data["sender"] = settings.SMS_SENDER
        answer = self._call("send", data)
        if code := answer.get("error_code"):
            raise (SmsRefused if code in REFUSED else SmsNotTaken)(f"smsc {code}")
        if "id" not in answer:
            raise NoAnswer
        return SmsReport(external_id=str(number), parts=answer.get("cnt"), cost=amount(answer.get("cost")))

    def find(self, *, number: int, phone: str) -> SmsReport | None:
        answer = self._call("status", {"phone": digits(phone), "id": str(number), "all": "1"})
        if "status" not in answer:  # an error says nothing about the SMS
            raise NoAnswer
        code = int(answer["status"])
        if code == NOT_FOUND:
            return None
        status = Status.DELIVERED if code in DELIVERED else Status.SENT
        status = Status.UNDELIVERED if code in UNDELIVERED else status
        return SmsReport(status, str(number), cost=amount(answer.get("cost")))

    def reports(self, asked: Mapping[str, str]) -> dict[str, SmsReport]:
        limit, found = TimeLimit(), {}
        for external_id, phone in asked.items():
            if limit.is_over:
                break
            report = self.find(number=int(external_id), phone=phone)
            if report is not None:
                found[external_id] = report
        return found

    def close(self) -> None:
        self._http.close()

    def _call(self, method: str, data: dict[str, str]) -> dict[str, Any]:
        account = {"login": settings.SMS_LOGIN, "psw": settings.SMS_PASSWORD, "fmt": "3", "charset": "utf-8"}
        return self._http.call(f"/sys/{method}.php", account | data)[1]
