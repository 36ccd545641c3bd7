from collections.abc import Sequence


class UnknownPermission(Exception):
    """The table of roles names permissions that no model has, or whose migration has not run."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
