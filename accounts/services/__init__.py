from accounts.services.approvals import (
    LIMIT_WINDOW,
    approve,
    refuse,
    request_approval,
    require_approval_above_limit,
)
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
    "LIMIT_WINDOW",
    "Change",
    "anonymise",
    "approve",
    "deactivate",
    "delete_login_attempts",
    "is_anonymous",
    "may_manage",
    "reactivate",
    "redact",
    "redact_admin_log",
    "redact_approvals",
    "refuse",
    "request_approval",
    "require_approval_above_limit",
    "roles_to_give",
    "sync_roles",
]
