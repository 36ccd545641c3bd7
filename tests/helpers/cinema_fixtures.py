"""One row of every model, for tests that open every page of the admin."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import RequestFactory

from accounts.models import Device, User
from accounts.services import request_approval
from accounts.services.consents import record_consent
from allocations.models import CodeBatch, Comp, CompReason
from allocations.services import Agreed, book, keep
from backoffice.framework.admin import CinemaScopedAdmin
from backoffice.models import FileImport, FileImportRow
from bonuses.models import Tier
from concessions.models import ReorderSuggestion
from film_hire.models import AgreedShows, GrossReturn, StatementAddress
from house_rules.models import ChainPage, HouseRules
from house_rules.pages import publish
from house_rules.rules import settings_as_row
from incidents.models import ConcernedOrder, Incident
from integrations.models import ListMember
from jobs.models import JobLease, JobRun, QuarantinedRow
from notifications.models import MessageKind, Notification
from orders.models import Order
from orders.services import check_in, mark_overdue, receipt_sales, refund
from payments.models import Dispute, GatewayEvent, LegalEntity, VatRate
from payments.services import move_cash, replace_gift_card
from pricing.fitted_models import to_json
from pricing.forecasts import prepare
from pricing.models import FittedModel, PriceFreeze, PricingMode
from reports.models import BusinessDay, Campaign, DayCheck, ReportFile, ReportSchedule, Segment, SocietyRate
from screenings.models import (
    Cinema,
    Distributor,
    Film,
    FilmCertificate,
    FilmPicture,
    FormatCode,
    Genre,
    Holiday,
    SeatOutage,
    SeatSurcharge,
    SessionSummary,
)
from screenings.services import draft
from tests.helpers import factories
from tests.helpers.cash import a_gift_card, a_shift
from tests.helpers.factories import NOON
from tests.helpers.fakes.film_catalogues import a_lookup, a_picture_proposal, a_proposal
from tests.helpers.fakes.newsletter_partner import a_list
from tests.helpers.fakes.webhook_receiver import a_webhook
from tests.helpers.film_hire_rows import a_contract, a_distributor, a_statement
from tests.helpers.forecasts import a_forecast
from tests.helpers.partners import a_partner
from tests.helpers.screening_rows import a_price_list, a_price_quote
from waiting.models import WaitingEntry, WatchedFilm


def create_rows_of_cinema(cinema: Cinema) -> None:
    """Create a row of each model that belongs to a cinema."""
    hall = factories.a_hall(cinema)
    Device.objects.create(cinema=cinema, name="Door B").halls.add(hall)
    ahead = factories.a_session(hall, start=NOON + timedelta(days=9))
    overdue = factories.an_order(ahead, channel=Order.Channel.RESERVATION)
    mark_overdue([overdue], at=overdue.payment_deadline)
    session = factories.a_session(hall, start=NOON + timedelta(hours=1))
    item = factories.an_item(cinema, stock=10)  # of 100: low stock
    order = factories.a_paid_order(
        session,
        seats=2,
        snacks=[(item, 1)],
        customer=factories.a_customer(points=100),
        points=50,
        promocode=factories.a_promocode(),
    )
    used, returned = order.tickets.order_by("pk")
    refund(order, lines=[returned], reason="Ill", at=NOON)
    check_in(used, at=session.start_datetime)
    receipt_sales(list(order.payments.all()), at=NOON)
    Dispute.objects.create(payment=order.payments.get(), external_id=f"dp_{order.pk}", amount=350, heard_at=NOON)
    basis = a_forecast(session).basis
    FittedModel.objects.get_or_create(basis=basis, defaults={"fitted": to_json(prepare([]))})
    AgreedShows.objects.create(cinema=cinema, film=session.film, week=NOON.date(), shows=3)
    draft(film=session.film, hall=hall, start=NOON + timedelta(days=11), ticket_price=factories.PRICE, at=NOON)
    SeatSurcharge.objects.create(cinema=cinema, kind="VIP", amount=100)
    shift = a_shift(cinema, opening_float=Decimal(100))
    move_cash(shift, kind="DROP", amount=Decimal(1), reason="", at=NOON, actor=shift.cashier)
    work = {"shift": shift, "at": NOON, "actor": shift.cashier, "decided_by": order.user}
    replace_gift_card(a_gift_card(shift), reason="Lost", **work)
    PriceFreeze.objects.create(session=ahead, reason="A group comes", at=NOON)
    a_price_list(cinema, ("All", "350", {}), published=False)
    a_price_quote(session, "380.00", at=NOON)
    PricingMode.objects.create(cinema=cinema, since=NOON)
    SeatOutage.objects.create(seat=used.seat, since=NOON + timedelta(days=9), reason="The spring is out")
    ReorderSuggestion.objects.create(concession_item=item, quantity=1, suggested_at=NOON)
    SessionSummary.objects.create(
        session=session, capacity=20, sold=2, used=1, no_show=0, refunded=1, gross=700, net=350
    )
    day = BusinessDay.objects.create(
        cinema=cinema, date=NOON.date(), starts_at=NOON - timedelta(hours=10), ends_at=NOON + timedelta(hours=14)
    )
    DayCheck.objects.create(day=day, name=DayCheck.Name.MONEY, left=700, right=350)
    request_approval(
        "concessions.write_off",
        item,
        arguments={"quantity": 1, "reason": "Stale"},
        facts=[("Why", "Stale")],
        at=NOON,
        actor=order.user,
    )
    Segment.objects.create(name="Lapsed", cinema=cinema)
    contract = a_contract(session.film, a_distributor(f"Distributor {cinema.pk}"), cinema=cinema)
    incident = Incident.objects.create(cinema=cinema, kind="MOVED", reason="The projector broke", at=NOON)
    ConcernedOrder.objects.create(incident=incident, order=used.order)
    group = Agreed("Anna Petrova", Decimal(200), email="school@example.org")
    book(ahead, group, people=2, until=NOON + timedelta(days=2), at=NOON, actor=order.user)
    WatchedFilm.objects.create(user=order.user, film=session.film, cinema=cinema, since=NOON)
    WaitingEntry.objects.create(user=order.user, session=session, quantity=2, since=NOON)
    reason = CompReason.objects.get_or_create(name="Press")[0]
    Comp.objects.create(order=order, reason=reason, value=1, at=NOON, actor=order.user)
    keep(session, seats=factories.free_seats(session)[-1:], reason="The mayor", at=NOON, actor=used.order.user)
    statement = a_statement(cinema, contract.distributor)
    statement.lines.create(contract=contract, week=1, kind="WEEK")
    statement.dispatches.create(
        email="statements@example.org", format="csv", language="en", sent_at=NOON, content=b"Film", filename="week.csv"
    )
    StatementAddress.objects.create(
        distributor=contract.distributor, cinema=cinema, email="gross@example.org", gets_gross=True, is_automatic=False
    )
    GrossReturn.objects.create(
        distributor=contract.distributor, cinema=cinema, date=NOON.date(), made_at=NOON, admissions=2, box_office=700
    )
    factories.a_payout_line(cinema, actor=order.user, at=NOON)
    User.objects.create_user(f"usher{cinema.pk}@example.org", is_staff=True).cinemas.add(cinema)
    a_webhook(f"Receiver {cinema.pk}", cinema=cinema)
    schedule = ReportSchedule.objects.create(report="takings", language="en", since=NOON)
    schedule.cinemas.add(cinema)
    schedule.mailings.create(
        first=NOON.date(), last=NOON.date(), cinemas=[cinema.pk], created_at=NOON, status="FAILED", problem="Disk full"
    )


def create_rows_of_chain() -> None:
    """Create a row of each model that belongs to no cinema, except those that `create_rows_of_cinema` creates."""
    HouseRules.objects.create(**settings_as_row())
    page = ChainPage.objects.create(kind="TERMS", slug="terms")
    publish(page, {"en": ("Terms of sale", "Tickets are sold.")}, at=NOON, actor=None)
    record_consent("a@example.org", channel="EMAIL", is_given=True, place="ACCOUNT", is_proved=True, at=NOON)
    Genre.objects.create(name="Drama")
    Tier.objects.create(name="Silver", threshold=10_000, extra_percent=20)
    Holiday.objects.create(day=NOON.date(), name="Unity Day")
    film = Film.objects.create(title="Mirror", duration_minutes=107)
    FilmCertificate.objects.create(film=film, format="3D", number="111006008")
    FilmPicture.objects.create(film=film, kind="STILL", digest="0" * 20, width=480, height=270)
    FormatCode.objects.create(system="EAIS", format="3D", code="3D")
    Distributor.objects.create(name="Volga")
    JobRun.objects.create(job="sell", started_at=NOON, at=NOON, host="here", database="this")
    QuarantinedRow.objects.create(job="sell", row="orders.order:1", attempts=8, first_failed_at=NOON)
    JobLease.objects.create(job="sell", until=NOON)
    a_partner()
    asked = a_lookup(status="FOUND").film
    a_proposal(asked)
    a_picture_proposal(asked)
    LegalEntity.objects.create(name="Aurora LLC", tax_number="7707083893", tax_system="GENERAL")
    ListMember.objects.create(marketing_list=a_list(), email="a@example.org", changed_at=NOON)
    Campaign.objects.create(name="Autumn", key="autumn")
    SocietyRate.objects.create(society="RAO", percent=Decimal(1), valid_from=NOON.date())
    VatRate.objects.create(subject="GOODS", valid_from=NOON.date() + timedelta(days=365), vat="22")
    GatewayEvent.objects.create(gateway="demo", event_id="1", received_at=NOON)
    uploader = User.objects.filter(is_staff=True).first() or User.objects.create_superuser("uploader@example.org")
    upload = FileImport.objects.create(
        model="screenings.film", person=uploader, language="en", name="films.csv", uploaded_at=NOON
    )
    pattern = factories.a_promocode()
    CodeBatch.objects.create(name="Mailing", pattern=pattern, size=1, made_at=NOON, made_by=uploader)
    FileImportRow.objects.create(file_import=upload, number=2, cells=["Mirror"])
    ReportFile.objects.create(
        report="payments", person=uploader, format="csv", language="en", asked_at=NOON,
        first=NOON.date(), last=NOON.date(), status=ReportFile.Status.FAILED,
    )  # fmt: skip
    Notification.objects.create(
        kind=MessageKind.LOW_STOCK, recipient="a@example.org", occasion="1", language="en", created_at=NOON,
        next_attempt_at=NOON,
    )  # fmt: skip


def listed_row(page: CinemaScopedAdmin, cinema: Cinema) -> Any:
    """A row that the page lists to a user of all cinemas: one of this cinema, or any row if the model has no cinema."""
    request = RequestFactory().get("/")
    request.user = User(all_cinemas=True, is_superuser=True)
    rows = page.get_queryset(request).order_by("pk")
    if page.cinema_path:
        rows = rows.filter(**{page.cinema_path: cinema.pk})
    return rows.first()
