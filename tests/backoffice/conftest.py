"""Pages of the admin without the drawing, which is most of what a page costs."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

import pytest
from django.template.response import SimpleTemplateResponse


@contextmanager
def drawn_if(is_looked_at: bool) -> Iterator[None]:
    """What a page says is read and checked before it is drawn."""
    with nullcontext() if is_looked_at else patch.object(SimpleTemplateResponse, "rendered_content", ""):
        yield


@pytest.fixture
def undrawn() -> Iterator[None]:
    """For who looks at the status of pages and at what they are drawn from: who may is decided before."""
    with drawn_if(False):
        yield
