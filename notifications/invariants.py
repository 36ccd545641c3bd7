"""Invariants of messages; see `jobs.invariants`."""

from jobs.invariants import Invariant

INVARIANTS = [
    Invariant(
        "One message goes to a recipient about an occasion",
        "notifications.notification",
        """
        SELECT MIN(id) FROM notifications_notification GROUP BY kind, recipient, occasion HAVING COUNT(*) > 1
        """,
    ),
]
