from jobs.command import Counts, JobCommand
from waiting.services import offer_locked, to_offer


class Command(JobCommand):
    help = "Hold freed seats of sold-out sessions for those who wait for them, in turn, and tell them."
    batch_size = 1  # a hold keeps seats from others, so each is committed at once
    overdue_matters = False  # free seats may not suit anybody who waits

    def due(self, at):
        return to_offer(at)

    def act(self, entries, at):
        done = offer_locked(entries, at=at)
        return Counts(done=done, passed_over=len(entries) - done)
