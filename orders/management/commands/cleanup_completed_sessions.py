from jobs.command import JobCommand
from orders.services.archiving import archive, to_archive


class Command(JobCommand):
    help = "Sum up sessions that ended long ago and whose orders are settled, and take them out of the live lists."

    def due(self, at):
        return to_archive(at)

    def act(self, sessions, at):
        archive(sessions, at=at)
