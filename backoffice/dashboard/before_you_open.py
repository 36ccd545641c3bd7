"""The list “Before you open” of the first page: what a new installation needs until it can sell.

Owners and superusers see it until every step is done. One query beside that of `face`, whether it is shown or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.scope import cinemas_of
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


def steps_before_opening(request: HttpRequest) -> list[Step]:
    """All steps, done ones too; none once all are done, and none for people who do not set the house rules."""
    if not request.user.has_perm("house_rules.change_houserules") or cinemas_of(request) is not None:
        return []
    steps = [*_steps_in_the_admin(request), *([] if settings.DEBUG else _steps_on_the_server())]
    return [] if all(step.done for step in steps) else steps


def _steps_in_the_admin(request: HttpRequest) -> Iterator[Step]:
    staff = User.objects.filter(is_active=True, is_staff=True, is_superuser=False, groups__isnull=False)
    offered = TicketType.objects.filter(is_active=True, sold_to=TicketType.SoldTo.ANYBODY)
    found = (
        User.objects.filter(pk=request.user.pk or 0)
        .annotate(
            has_cinema=Exists(Cinema.objects.all()),
            has_seats=Exists(Seat.objects.all()),
            has_film=Exists(Film.objects.all()),
            has_ticket_type=Exists(offered),
            has_staff=Exists(staff),
            has_run=Exists(JobRun.objects.all()),
        )
        .values("has_cinema", "has_seats", "has_film", "has_ticket_type", "has_staff", "has_run")
        .get()
    )
    yield Step(
        _("Cinema"), _("Add your first cinema with its address and time zone."), _page("cinema"), found["has_cinema"]
    )
    yield Step(_("Hall with seats"), _("Create a hall and draw its seats."), _page("hall"), found["has_seats"])
    yield Step(_("Film"), _("Add the first film."), _page("film"), found["has_film"])
    yield Step(
        _("Ticket types"),
        _("Add one that anyone can buy, or run: %(command)s") % {"command": SET_UP},
        _page("tickettype"),
        found["has_ticket_type"],
    )
    yield Step(
        _("Staff"),
        _("Add your first employee, with a role and a cinema."),
        reverse("admin:accounts_user_changelist"),
        found["has_staff"],
    )
    if not settings.DEBUG:
        yield Step(
            _("Automatic jobs"),
            _("Run on the server: %(command)s") % {"command": INSTALL},
            reverse("admin:jobs_jobrun_changelist"),
            found["has_run"],
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
