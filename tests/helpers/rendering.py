"""Skips the rendering of templates, which is most of the time of a page, where a test does not look at the HTML."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from django.template.response import SimpleTemplateResponse


@contextmanager
def rendered_if(condition: bool) -> Iterator[None]:
    """Render template responses only if the condition holds. Views, their context and permissions are not affected."""
    with nullcontext() if condition else patch.object(SimpleTemplateResponse, "rendered_content", ""):
        yield
