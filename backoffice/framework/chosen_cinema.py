"""The cinema that a person works with: chosen on one page, kept in the session, and used by the others.

The first page, the pages of figures, the timetable and all lists share it. The choice changes what they show, not what
the person may see.
"""

from collections.abc import Sequence

from django.http import HttpRequest

from screenings.models import Cinema

KEY = "cinema"  # in the address, and in the session
EVERY = "all"  # in an address that shows all cinemas for once: nothing is kept


def chosen_cinema(request: HttpRequest, cinemas: Sequence[Cinema]) -> Cinema | None:
    """One of these cinemas; None means all of them.

    A choice in the address (`?cinema=7`; empty for all) is kept for other pages. One that is not among `cinemas` is
    ignored.
    """
    if len(cinemas) == 1:
        return cinemas[0]
    known = {str(cinema.pk): cinema for cinema in cinemas}
    if KEY in request.GET:
        key = request.GET[KEY]
        if (key in known or not key) and key != request.session.get(KEY, ""):
            request.session[KEY] = key
        return known.get(key)
    return known.get(request.session.get(KEY, ""))


def with_chosen_cinema(request: HttpRequest, cinemas: Sequence[Cinema]) -> dict[str, str]:
    """What the address says, and the cinema that was chosen on another page where it says none."""
    chosen = chosen_cinema(request, cinemas)
    return {KEY: str(chosen.pk) if chosen else "", **request.GET.dict()}
