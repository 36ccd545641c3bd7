import time
from typing import TextIO

WIDTH = 30
REDRAW_INTERVAL = 0.1  # seconds


class ProgressBar:
    """A progress bar on one line of a terminal. Into a file it writes a line at each quarter instead."""

    def __init__(self, title: str, to: TextIO) -> None:
        self.title, self.to = title, to
        self._drawn = 0.0
        self._quarter = 0

    def show(self, done: int, total: int) -> None:
        if self.to.isatty():
            if done == total or time.monotonic() - self._drawn > REDRAW_INTERVAL:
                self._draw(done, total)
        elif done * 4 // total > self._quarter:
            self._quarter = done * 4 // total
            self.to.write(f"{self.title}: {done} of {total}\n")
            self.to.flush()

    def _draw(self, done: int, total: int) -> None:
        filled = done * WIDTH // total
        bar = "#" * filled + "." * (WIDTH - filled)
        self.to.write(f"\r{self.title} {bar} {done} of {total}" + ("\n" if done == total else ""))
        self.to.flush()
        self._drawn = time.monotonic()
