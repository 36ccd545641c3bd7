from accounts.services.roles import Change, sync_roles

__all__ = ["Change", "sync_roles"]
