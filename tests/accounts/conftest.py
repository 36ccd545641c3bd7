from tests.helpers.rendering import without_rendering

__all__ = ["without_rendering"]
