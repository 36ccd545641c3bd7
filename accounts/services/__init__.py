from accounts.services.forgetting import anonymise, forget_attempts, is_anonymous, strike_from_log, without
from accounts.services.leaving import switch_off, switch_on
from accounts.services.rights import may_manage, roles_to_give
from accounts.services.roles import Change, sync_roles

__all__ = [
    "Change",
    "anonymise",
    "forget_attempts",
    "is_anonymous",
    "may_manage",
    "roles_to_give",
    "strike_from_log",
    "switch_off",
    "switch_on",
    "sync_roles",
    "without",
]
