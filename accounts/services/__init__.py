from accounts.services.account_changes import (
    accounts_by_person,
    accounts_of,
    are_independent,
    name_approvers,
    record_account_change,
)
from accounts.services.approvals import approve, approvers_of, refuse, request_approval
from accounts.services.consents import export_consents
from accounts.services.deactivation import deactivate, reactivate
from accounts.services.erasure import (
    admin_log,
    anonymise,
    delete_login_attempts,
    forget_customer,
    is_anonymous,
    redact_approvals,
    text_of_higher_apps,
)
from accounts.services.export import facts_of, rows_about_customer
from accounts.services.free_text import Words, redact_everywhere, redact_rows
from accounts.services.limits import LIMIT_WINDOW, is_above_limit, require_approval_above_limit
from accounts.services.password_links import account_of_link, link_state, password_token, set_password_by_link
from accounts.services.rights import may_manage, roles_to_give, who_gives_access
from accounts.services.roles import Change, sync_roles

__all__ = [
    "LIMIT_WINDOW",
    "Change",
    "Words",
    "account_of_link",
    "accounts_by_person",
    "accounts_of",
    "admin_log",
    "anonymise",
    "approve",
    "approvers_of",
    "are_independent",
    "deactivate",
    "delete_login_attempts",
    "export_consents",
    "facts_of",
    "forget_customer",
    "is_above_limit",
    "is_anonymous",
    "link_state",
    "may_manage",
    "name_approvers",
    "password_token",
    "reactivate",
    "record_account_change",
    "redact_approvals",
    "redact_everywhere",
    "redact_rows",
    "refuse",
    "request_approval",
    "require_approval_above_limit",
    "roles_to_give",
    "rows_about_customer",
    "set_password_by_link",
    "sync_roles",
    "text_of_higher_apps",
    "who_gives_access",
]
