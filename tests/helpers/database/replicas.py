"""A stand-in for a replica of the database: reads that go to it are answered by the main one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connections, router

from reports import replica

Lag = timedelta | Exception | None


@contextmanager
def a_replica(lag: Lag) -> Iterator[list[Lag]]:
    """A replica that lags so far behind; that raises the error when it is asked; or that says it is none (None).

    The value may be changed; it is the only item of a list.
    """
    said = [lag]

    def lag_of_replica() -> timedelta | None:
        if isinstance(said[0], Exception):
            raise said[0]
        return said[0]

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connections.settings, replica.ALIAS, connections.settings["default"])
        patch.setattr(router, "routers", [replica.Router()])
        patch.setattr(replica, "_lag", lag_of_replica)
        patch.setattr(replica, "_keep_snapshot", lambda: None)
        patch.setattr(replica._State, "asked_again_at", 0.0)
        connections[replica.ALIAS] = connections["default"]
        try:
            yield said
        finally:
            del connections[replica.ALIAS]
