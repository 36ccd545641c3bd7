from bonuses.models import BonusAccount
from bonuses.services import expire_locked, warn_of_expiry_locked
from jobs.command import JobCommand, Step
from orders.services.closing.points_expiry import to_expire


class Command(JobCommand):
    help = "Expire points without a credit for BONUS_VALIDITY, and warn customers BONUS_WARNING ahead."

    def steps(self):
        return [
            Step("expire", to_expire, lambda accounts, at: expire_locked(accounts, at=at)),
            Step("warn", BonusAccount.objects.to_warn, lambda accounts, at: warn_of_expiry_locked(accounts, at=at)),
        ]
