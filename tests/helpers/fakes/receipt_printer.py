from typing import Any

from payments.fiscal import Console


class Printer(Console):
    """Prints every receipt at once, also those of the box office."""

    def serves(self, cinema: Any) -> bool:
        return True
