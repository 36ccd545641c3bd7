from accounts.services.leaving import switch_off, switch_on
from accounts.services.rights import may_manage, roles_to_give
from accounts.services.roles import Change, sync_roles

__all__ = ["Change", "may_manage", "roles_to_give", "switch_off", "switch_on", "sync_roles"]
