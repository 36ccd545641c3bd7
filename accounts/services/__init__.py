from accounts.services.forgetting import (
    anonymise,
    empty_requests,
    forget_attempts,
    is_anonymous,
    strike_from_log,
    without,
)
from accounts.services.leaving import switch_off, switch_on
from accounts.services.rights import may_manage, roles_to_give
from accounts.services.roles import Change, sync_roles
from accounts.services.second_signature import TOGETHER, approve, ask_for, limit_one_person, refuse

__all__ = [
    "TOGETHER",
    "Change",
    "anonymise",
    "approve",
    "ask_for",
    "empty_requests",
    "forget_attempts",
    "is_anonymous",
    "limit_one_person",
    "may_manage",
    "refuse",
    "roles_to_give",
    "strike_from_log",
    "switch_off",
    "switch_on",
    "sync_roles",
    "without",
]
