"""Actions of the week planner on a cinema: copy a week into it, publish its drafts, take back what has no sales."""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from backoffice.framework.actions import ActionsMixin, confirmed_action
from backoffice.screenings.planner.forms import CopyToPlanForm, PublishWeekForm, TakeBackForm, chosen_lines, unsold
from pricing.services.taking_back import take_back
from screenings.models import Cinema
from screenings.services import copy_to_plan, publish_week

NAMED = 10  # lines that were skipped, at most


class WeekActions(ActionsMixin):
    @confirmed_action(
        permission="screenings.copy_sessions",
        title=_("Copy a week into the planner"),
        text=_("Makes drafts at the same times. Customers see nothing until you publish them."),
        form=CopyToPlanForm,
        icon="content_copy",
    )
    def copy_to_plan(
        self, cinema: Cinema, *, at: datetime, actor: User, source: date, to: date, lines: list[str], listed: str
    ) -> str:
        result = copy_to_plan(chosen_lines(cinema, source, lines), by=to - cinema.week_of(source), at=at, actor=actor)
        count = len(result.created)
        message = ngettext("%(count)d draft added.", "%(count)d drafts added.", count) % {"count": count}
        if skipped := result.skipped:
            number = len(skipped)
            message += " " + ngettext("%(count)d skipped:", "%(count)d skipped:", number) % {"count": number}
            message += " " + " · ".join(f"{line}: {reason}" for line, reason in skipped[:NAMED])
        return message

    @confirmed_action(
        permission="screenings.schedule_session",
        title=_("Publish a week of drafts"),
        text=_("All drafts of the week go on sale together, or none of them."),
        form=PublishWeekForm,
        icon="check",
    )
    def publish_week(self, cinema: Cinema, *, at: datetime, actor: User, first: date, **_shown: Any) -> str:
        count = len(publish_week(cinema, first=first, at=at, actor=actor))
        return ngettext("%(count)d screening is on sale now.", "%(count)d screenings are on sale now.", count) % {
            "count": count
        }

    @confirmed_action(
        permission="screenings.cancel_session",
        title=_("Take back what has no sales"),
        text=_("Screenings of the week without tickets sold or reserved go off sale and become drafts again."),
        form=TakeBackForm,
        icon="undo",
        danger=True,
    )
    def take_back_week(self, cinema: Cinema, *, at: datetime, actor: User, first: date, **_shown: Any) -> str:
        count = len(take_back(unsold(cinema, first, at=at), at=at, actor=actor))
        return ngettext("%(count)d screening is a draft again.", "%(count)d screenings are drafts again.", count) % {
            "count": count
        }
