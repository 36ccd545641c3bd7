"""Send statements to the addresses of their distributors."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from cinema.money import format_money
from cinema.status import transition
from film_hire.errors import NoAddresses, StatementOutdated
from film_hire.files import render
from film_hire.models import Dispatch, GrossReturn, Statement, StatementAddress
from film_hire.tables import subtitle
from notifications.models import MessageKind
from notifications.services import Message, queue
from reports.files import FORMATS

FROZEN = Statement.Status.SENT


def send(statement: Statement, *, at: datetime, actor: User | None = None) -> int:
    """Send a statement, or send it again, to all addresses of its distributor. Returns how many there are.

    From then on it never changes. Raises `StatementOutdated` or `NoAddresses`. Owns its transaction.
    """
    with transaction.atomic():
        locked = Statement.objects.select_for_update(of=("self",)).select_related("distributor", "cinema")
        row = locked.get(pk=statement.pk)
        if not row.is_latest:
            raise StatementOutdated(_("There is a newer version of this statement. Open that one."))
        addresses = addresses_of(row)
        if not addresses:
            raise NoAddresses(
                _("%(distributor)s has no address for statements of this cinema. Enter one on its page.")
                % {"distributor": row.distributor}
            )
        _send(row, addresses, at=at, actor=actor)
        return len(addresses)


def send_locked(statements: Iterable[Statement], *, at: datetime) -> None:
    """Send statements to the addresses that get them without anybody's press. Must be called inside a transaction (the
    statements are locked).
    """
    for statement in statements:
        if addresses := addresses_of(statement, is_automatic=True):
            _send(statement, addresses, at=at, actor=None)
        else:
            Statement.objects.filter(pk=statement.pk).update(sends_itself=False)


def addresses_of(statement: Statement | GrossReturn, **only: Any) -> list[StatementAddress]:
    """The addresses of its distributor for its cinema. One query. Reads only."""
    of_cinema = Q(cinema=statement.cinema_id) | Q(cinema__isnull=True)
    return list(StatementAddress.objects.filter(of_cinema, distributor=statement.distributor_id, **only).order_by("pk"))


def _send(statement: Statement, addresses: Sequence[StatementAddress], *, at: datetime, actor: User | None) -> None:
    for address in addresses:
        file = render(statement, address.format, language=address.language)
        with translation.override(address.language):
            says = {
                "about": subtitle(statement),
                "base": format_money(statement.base),
                "hire": format_money(statement.hire),
                "version": statement.version,
            }
        dispatch(address, file, MessageKind.FILM_HIRE_STATEMENT, says, at=at, actor=actor, statement=statement)
    if statement.status != FROZEN:
        transition([statement], FROZEN)


def dispatch(
    address: StatementAddress,
    file: tuple[str, bytes],
    kind: MessageKind,
    says: dict[str, Any],
    *,
    at: datetime,
    actor: User | None,
    **what: Statement | GrossReturn,
) -> None:
    """Keep the file that is sent, and queue the e-mail to which it is attached.

    Must be called inside a transaction (what is sent is locked).
    """
    name, content = file
    sent = Dispatch.objects.create(
        **what,
        email=address.email,
        format=address.format,
        language=address.language,
        sent_at=at,
        actor=actor,
        content=content,
        filename=name,
    )
    attachment = {
        "storage": "statements",
        "name": f"dispatch-{sent.pk}",
        "filename": name,
        "content_type": FORMATS[sent.format].content_type.partition(";")[0],
    }
    message = Message(
        kind=kind,
        recipient=sent.email,
        occasion=f"statement {sent.pk}",
        language=sent.language,
        context={**says, "distributor": str(sent.about.distributor), "attachment": attachment},
        cinema=sent.about.cinema_id,
    )
    queue([message], at=at)
