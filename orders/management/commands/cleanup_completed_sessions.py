from accounts.services import expired_sessions
from jobs.command import JobCommand, Step
from orders.services.closing.archiving import archive_locked, to_archive


class Command(JobCommand):
    help = (
        "Write summaries of sessions that ended long ago and whose orders are settled, and archive them; "
        "delete expired browser sessions."
    )

    def steps(self):
        return [
            Step("to archive", to_archive, lambda sessions, at: archive_locked(sessions, at=at)),
            Step("of browsers", expired_sessions.expired, lambda sessions, _at: expired_sessions.delete(sessions)),
        ]
