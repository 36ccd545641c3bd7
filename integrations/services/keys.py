"""Keys of the public API: made, revoked, recognised."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts.models import User
from accounts.services import rate_limits
from integrations.errors import ApiKeyRefused, KeyRevokedAlready, TooManyKeys
from integrations.models import ApiKey, Partner
from integrations.models.partners import PREFIX_LENGTH

VALID_KEYS = 2  # of a partner at a time, while it changes from one to the other
USE_NOTED_EVERY = timedelta(minutes=5)


def issue_key(partner: Partner, *, at: datetime, actor: User | None = None) -> tuple[ApiKey, str]:
    """Make a key; returns it with its text, which is not stored. An older valid key of the partner goes on working for
    `API_KEY_OVERLAP`.

    Raises `TooManyKeys` if two are valid already. Owns its transaction.
    """
    prefix, secret = f"cine{secrets.token_hex((PREFIX_LENGTH - 4) // 2)}", secrets.token_urlsafe(32)
    with transaction.atomic():
        row = Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
        valid = ApiKey.objects.valid(at).filter(partner=row)
        if valid.count() >= VALID_KEYS:
            raise TooManyKeys
        until = at + settings.API_KEY_OVERLAP
        valid.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=until)).update(expires_at=until)
        key = ApiKey.objects.create(partner=row, prefix=prefix, digest=_digest(secret), made_at=at, made_by=actor)
    return key, f"{prefix}_{secret}"


def revoke_key(key: ApiKey, *, at: datetime, actor: User | None = None) -> None:
    """Stop a key from working at once. Raises `KeyRevokedAlready`. Owns its transaction."""
    stopped = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True).update(revoked_at=at, revoked_by=actor)
    if not stopped:
        raise KeyRevokedAlready


def partner_of(text: str, *, address: str | None, at: datetime) -> Partner:
    """The partner whose key this is, counting its request; notes the key's use every few minutes.

    Raises `ApiKeyRefused`, and `RateLimited` at the limit of requests of a partner or of wrong keys from one address.
    Owns its transaction.
    """
    prefix, _line, secret = text.partition("_")
    key = ApiKey.objects.valid(at).select_related("partner").filter(prefix=prefix).first() if prefix.isascii() else None
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        rate_limits.hit("api_key", address=address, at=at)
        raise ApiKeyRefused
    rate_limits.hit("api", person=f"partner {key.partner_id}", at=at)
    if key.last_used_at is None or key.last_used_at <= at - USE_NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=at)
    return key.partner


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
