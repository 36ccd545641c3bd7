from customers.services.tiers import to_update, update_tiers_locked
from jobs.command import JobCommand


class Command(JobCommand):
    help = "Give customers the level that they have reached, and warn those who lose theirs at the month's end."
    overdue_matters = False  # a level that is given today was not yet earned by what was spent the day before

    def due(self, at):
        return to_update(at)

    def act(self, accounts, at):
        update_tiers_locked(accounts, at=at)
