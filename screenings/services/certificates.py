"""Which sessions lack a distribution certificate, or are before the release of their film."""

from collections import defaultdict
from collections.abc import Sequence

from cinema.status import Refused
from screenings.errors import BeforeRelease, CertificateMissing
from screenings.models import FilmCertificate, Session


def certificates_of(sessions: Sequence[Session]) -> list[str]:
    """The certificate number of each session's version, or "". Needs `film`. One query. Reads only."""
    by_film: defaultdict[int, list[FilmCertificate]] = defaultdict(list)
    for each in FilmCertificate.objects.filter(film__in={session.film_id for session in sessions}):
        by_film[each.film_id].append(each)
    return [_number(session, by_film[session.film_id]) for session in sessions]


def check_certificates(sessions: Sequence[Session]) -> list[Refused | None]:
    """Why each of the sessions may not be scheduled, or None, as far as certificates and release dates go.

    Only cinemas with `requires_certificates` ask for them. Needs `film` and `hall__cinema`. One query at most. Reads
    only.
    """
    strict = [session for session in sessions if session.hall.cinema.requires_certificates]
    numbers = dict(zip(map(id, strict), certificates_of(strict), strict=True)) if strict else {}
    return [_refusal(session, numbers[id(session)]) if id(session) in numbers else None for session in sessions]


def _number(session: Session, certificates: Sequence[FilmCertificate]) -> str:
    """That of the version that names most of what the session is; a format counts more than a language."""
    fitting = [each for each in certificates if each.fits(session)]
    closest = max(fitting, key=lambda each: (bool(each.format), bool(each.language)), default=None)
    return closest.number if closest else session.film.certificate_number


def refuse_before_release(session: Session) -> None:
    """Raise `BeforeRelease` if the cinema may not show the film on that day yet. Needs `film` and `hall__cinema`. No
    query. Reads only."""
    if session.hall.cinema.requires_certificates and _is_before_release(session):
        raise BeforeRelease(session)


def _refusal(session: Session, number: str) -> Refused | None:
    if _is_before_release(session):
        return BeforeRelease(session)
    return None if number or session.no_certificate_reason else CertificateMissing(session)


def _is_before_release(session: Session) -> bool:
    released = session.film.release_date
    return released is not None and session.hall.cinema.local(session.start_datetime).date() < released
