from accounts.services.approvals import TOGETHER, approve, ask_for, limit_one_person, refuse
from accounts.services.deactivation import deactivate, reactivate
from accounts.services.erasure import (
    anonymise,
    delete_login_attempts,
    is_anonymous,
    redact,
    redact_admin_log,
    redact_approvals,
)
from accounts.services.rights import may_manage, roles_to_give
from accounts.services.roles import Change, sync_roles

__all__ = [
    "TOGETHER",
    "Change",
    "anonymise",
    "approve",
    "ask_for",
    "deactivate",
    "delete_login_attempts",
    "is_anonymous",
    "limit_one_person",
    "may_manage",
    "reactivate",
    "redact",
    "redact_admin_log",
    "redact_approvals",
    "refuse",
    "roles_to_give",
    "sync_roles",
]
