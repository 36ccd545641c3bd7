"""What is expected at screenings, as pages of other apps show it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.formats import number_format

from backoffice.pricing.reasons import in_words
from pricing.models import SessionForecast
from pricing.services.planned import expect
from screenings.models import Session


@dataclass(frozen=True)
class Expected:
    """The forecast in force of a screening, with its reasons in the active language."""

    mean: float
    p10: int
    p50: int
    p90: int
    reasons: list[str]

    @property
    def text(self) -> str:
        """Such as 6–12–18: low end, middle value, high end."""
        return "–".join(number_format(each, force_grouping=True) for each in (self.p10, self.p50, self.p90))


def expected_at(sessions: Collection[Session], request: HttpRequest) -> dict[int, Expected]:
    """By session; nothing of those without a forecast, and for people who may not see them. One query at most."""
    if not sessions or not request.user.has_perm("pricing.view_sessionforecast"):
        return {}
    return {
        pk: Expected(row.mean, row.p10, row.p50, row.p90, in_words(row.reasons))
        for pk, row in SessionForecast.objects.latest_of(sessions).items()
    }


def expected_of(stored: Sequence[Session], planned: Sequence[Session], request: HttpRequest) -> list[Expected | None]:
    """Of sessions, and then of others that are not stored; None where nothing is known. Five queries at most."""
    known = expected_at(stored, request)
    found = [known.get(session.pk) for session in stored]
    made = expect(planned) if request.user.has_perm("pricing.view_sessionforecast") else None
    if made is None:
        return [*found, *[None] * len(planned)]
    return [
        *found,
        *(Expected(each["mean"], each["p10"], each["p50"], each["p90"], in_words(each["reasons"])) for each in made),
    ]
