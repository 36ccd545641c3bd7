from jobs.command import JobCommand
from waiting.models import WatchedFilm
from waiting.services import tell_locked


class Command(JobCommand):
    help = "Tell customers that a film on their watch list is on sale: one message each."

    def due(self, at):
        return WatchedFilm.objects.on_sale(at)

    def act(self, rows, at):
        tell_locked(rows, at=at)
