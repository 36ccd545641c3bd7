"""ATOL Online, which prints receipts on rented cash registers (Russian law 54-FZ). docs/connections.md sets it up.

A receipt is registered under our number, printed later, and its result asked for: `send` and `result`. A number that
it knows is registered once, whatever it answers to the second request. A token is asked for once in a pass, and again
when it has expired in the middle of one.
"""

from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings

from cinema import clock
from payments.errors import GatewayRefused, GatewayUnavailable, NotPrinted
from payments.fiscal.atol_documents import document, operation
from payments.models import LegalEntity, Receipt

EXPIRED = {10, 11}  # the token cannot be read, or is too old
KNOWN, NOT_PROCESSED = 33, 34  # our number, which is still in work
#: The login, its rights or the version are wrong: nothing was registered, and all goes out once they are right.
OF_ACCOUNT = {12, 14, 20, 21}
NUMBERS = (
    "fn_number",
    "shift_number",
    "receipt_datetime",
    "fiscal_receipt_number",
    "fiscal_document_number",
    "ecr_registration_number",
    "fiscal_document_attribute",
    "fns_site",
    "ofd_inn",
    "ofd_receipt_url",
    "total",
)


class AtolOnline:
    prints_later: ClassVar[bool] = True

    def __init__(self) -> None:
        import requests

        self._session = requests.Session()
        self._tokens: dict[str, str] = {}  # by the INN
        self._asked_at: dict[str, float] = {}

    def corrects(self, receipt: Receipt) -> bool:
        return receipt.kind != Receipt.Kind.REFUND or settings.ATOL_VERSION == "v5"

    def serves(self, cinema: Any) -> bool:
        entity = cinema.legal_entity
        return entity is not None and entity.tax_number in settings.ATOL_ACCOUNTS

    def send(self, receipt: Receipt) -> str:
        row, entity = _with_entity(receipt)
        account = _account(entity)
        answer = self._call(entity, f"{quote(account['group'], safe='')}/{operation(row)}", document(row, entity))
        error = _error(answer)
        if answer.get("uuid") and (error is None or _code(error) in (KNOWN, NOT_PROCESSED)):
            return str(answer["uuid"])
        if error is None or _code(error) == KNOWN:  # it is known, but not under which number of theirs: ask later
            raise GatewayUnavailable(_said(error))
        raise GatewayRefused(_said(error))

    def result(self, receipt: Receipt) -> dict[str, Any] | None:
        _row, entity = _with_entity(receipt)
        group = quote(_account(entity)["group"], safe="")
        self._wait(entity)
        answer = self._call(entity, f"{group}/report/{quote(receipt.external_id, safe='')}")
        error, status = _error(answer), answer.get("status")
        if answer.get("uuid") != receipt.external_id:  # the request failed, not the receipt
            status = None
        if status == "done":
            payload = answer.get("payload")
            found = payload if isinstance(payload, dict) else {}
            return {name: found[name] for name in NUMBERS if found.get(name) is not None}
        if status == "fail":
            raise NotPrinted(_said(error), again=error is not None and error.get("type") == "timeout")
        if error is None or _code(error) == NOT_PROCESSED:
            return None
        raise GatewayRefused(_said(error))

    def _wait(self, entity: LegalEntity) -> None:
        """A till may be asked once a second."""
        if (last := self._asked_at.get(entity.tax_number)) is not None:
            clock.sleep(max(0.0, last + settings.ATOL_PAUSE - clock.monotonic()))
        self._asked_at[entity.tax_number] = clock.monotonic()

    def _call(self, entity: LegalEntity, path: str, body: Any = None) -> dict[str, Any]:
        """One request, with another token if the first has expired."""
        inn = entity.tax_number
        for is_last in (False, True):
            if inn not in self._tokens:
                self._tokens[inn] = self._token(entity)
            answer = self._request("GET" if body is None else "POST", path, body, token=self._tokens[inn])
            if _code(_error(answer)) not in EXPIRED:
                break
            del self._tokens[inn]
            if is_last:
                raise GatewayUnavailable(_said(_error(answer)))
        if _code(_error(answer)) in OF_ACCOUNT:
            raise GatewayUnavailable(_said(_error(answer)))
        return answer

    def _token(self, entity: LegalEntity) -> str:
        account = _account(entity)
        answer = self._request("POST", "getToken", {"login": account["login"], "pass": account["password"]})
        if not answer.get("token"):
            raise GatewayUnavailable(_said(_error(answer)))
        return str(answer["token"])

    def _request(self, method: str, path: str, body: Any, *, token: str = "") -> dict[str, Any]:
        """The JSON of the answer, also where it reports an error. Raises `GatewayUnavailable` if there is none."""
        import requests

        headers = {"Content-Type": "application/json; charset=utf-8"} | ({"Token": token} if token else {})
        try:
            response = self._session.request(
                method,
                f"{settings.ATOL_API}/{settings.ATOL_VERSION}/{path}",
                json=body,
                headers=headers,
                timeout=settings.GATEWAY_TIMEOUT,
                allow_redirects=False,
            )
            answer = response.json()
        except requests.RequestException as error:
            raise GatewayUnavailable(type(error).__name__) from None
        except ValueError:
            raise GatewayUnavailable(f"no JSON, {response.status_code}") from None
        if response.status_code == 429 or response.status_code >= 500 or not isinstance(answer, dict):
            raise GatewayUnavailable(f"HTTP {response.status_code}")
        if response.status_code >= 300 and _error(answer) is None:
            raise GatewayUnavailable(f"HTTP {response.status_code}")
        return answer


def _with_entity(receipt: Receipt) -> tuple[Receipt, LegalEntity]:
    related = "cinema__legal_entity", "order", "payment", "refund", "gift_card_movement__card"
    row = Receipt.objects.select_related(*related).get(pk=receipt.pk)
    entity: LegalEntity | None = row.cinema.legal_entity
    if entity is None:
        raise GatewayRefused("no legal entity")
    return row, entity


def _account(entity: LegalEntity) -> dict[str, str]:
    if entity.tax_number not in settings.ATOL_ACCOUNTS:
        raise GatewayRefused("no ATOL account of this INN")
    account: dict[str, str] = settings.ATOL_ACCOUNTS[entity.tax_number]
    return account


def _error(answer: dict[str, Any]) -> dict[str, Any] | None:
    error = answer.get("error")
    return error if isinstance(error, dict) else None


def _code(error: dict[str, Any] | None) -> int | None:
    code = str((error or {}).get("code"))
    return int(code) if code.isdecimal() else None


def _said(error: dict[str, Any] | None) -> str:
    """The code and text of an error, for staff. It may quote what was sent, so no more than the column takes."""
    if error is None:
        return "ATOL: unreadable answer"
    return f"ATOL {error.get('code')}: {error.get('text') or error.get('type') or ''}"[:100]
