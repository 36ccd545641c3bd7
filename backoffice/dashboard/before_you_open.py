"""The list “Before you open” of the first page: what a new installation needs until it can sell.

Owners and superusers see it until every step is done. It costs the query of `Together`, and that of `face`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.scope import cinemas_of
from backoffice.dashboard.together import Together
from cinema.checks import faults
from house_rules.face import face
from jobs.crontab import INSTALL
from jobs.models import JobRun
from screenings.models import Cinema, Film, Seat, TicketType

SET_UP = "manage.py set_up"


@dataclass(frozen=True)
class Step:
    """Something to do before opening; `hint` says how, and `link` leads to the page where."""

    text: str
    hint: str
    link: str
    done: bool


def steps_before_opening(request: HttpRequest, together: Together) -> Iterator[Step]:
    """All steps, done ones too; none for people who do not set the house rules. Adds its questions to `together`."""
    if not request.user.has_perm("house_rules.change_houserules") or cinemas_of(request) is not None:
        return iter(())
    staff = User.objects.filter(is_active=True, is_staff=True, is_superuser=False, groups__isnull=False)
    offered = TicketType.objects.filter(is_active=True, sold_to=TicketType.SoldTo.ANYBODY)
    asked: list[QuerySet[Any]] = [
        Cinema.objects.all(),
        Seat.objects.all(),
        Film.objects.all(),
        offered,
        staff,
        JobRun.objects.all(),
    ]
    keys = [together.add(rows) for rows in asked]
    return chain(_steps_in_the_admin(keys, together), () if settings.DEBUG else _steps_on_the_server())


def shown_until_done(steps: Iterable[Step]) -> list[Step]:
    """The steps; none once all are done."""
    listed = list(steps)
    return [] if all(step.done for step in listed) else listed


def _steps_in_the_admin(keys: list[int], together: Together) -> Iterator[Step]:
    cinema, seats, film, ticket_type, people, run = (together.exists(key) for key in keys)
    yield Step(_("Cinema"), _("Add your first cinema with its address and time zone."), _page("cinema"), cinema)
    yield Step(_("Hall with seats"), _("Create a hall and draw its seats."), _page("hall"), seats)
    yield Step(_("Film"), _("Add the first film."), _page("film"), film)
    yield Step(
        _("Ticket types"),
        _("Add one that anyone can buy, or run: %(command)s") % {"command": SET_UP},
        _page("tickettype"),
        ticket_type,
    )
    yield Step(
        _("Staff"),
        _("Add your first employee, with a role and a cinema."),
        reverse("admin:accounts_user_changelist"),
        people,
    )
    if not settings.DEBUG:
        yield Step(
            _("Automatic jobs"),
            _("Run on the server: %(command)s") % {"command": INSTALL},
            reverse("admin:jobs_jobrun_changelist"),
            run,
        )


def _steps_on_the_server() -> Iterator[Step]:
    """What is missing in the environment. A setting that is right is not listed: there is no page to change it on."""
    page = reverse("admin:house_rules_houserules_installation")
    if not settings.PAYMENT_GATEWAYS:
        yield Step(
            _("Payment provider"),
            _("Nothing is sold online until %(setting)s names one.") % {"setting": "PAYMENT_GATEWAYS"},
            f"{page}#gateway",
            done=False,
        )
    if not (face().terms_url and face().privacy_url):
        yield Step(
            _("Legal texts"),
            _("Publish your terms of sale and privacy policy: customers accept them when they buy."),
            reverse("admin:house_rules_chainpage_changelist"),
            done=False,
        )
    for fault in faults():
        yield Step(str(fault.msg), str(fault.hint), f"{page}#{fault.id}", done=False)


def _page(model: str) -> str:
    return reverse(f"admin:screenings_{model}_changelist")
