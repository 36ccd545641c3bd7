"""Pages of the admin without their HTML: rendering is most of what a page costs."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from django.template.response import SimpleTemplateResponse


@contextmanager
def rendered_if(is_read: bool) -> Iterator[None]:
    """Render pages only where a test reads them. Permissions and forms are checked before a page is rendered."""
    with nullcontext() if is_read else patch.object(SimpleTemplateResponse, "rendered_content", ""):
        yield
