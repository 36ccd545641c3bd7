"""The description of the API, and the API under requests that a description like that allows."""

import os
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cinema import clock
from cinema.job_schedule import SCHEDULE
from tests.helpers.factories import a_session
from tests.helpers.partners import a_partner, announce


def test_the_description_is_openapi_31_and_says_which_calls_need_a_key() -> None:
    description = Client().get("/api/openapi.json").json()

    assert description["openapi"] == "3.1.0"
    protected = {
        path.removeprefix("/api/v1")
        for path, operations in description["paths"].items()
        if any("security" in operation for operation in operations.values())
    }
    open_to_all = {path.removeprefix("/api/v1") for path in description["paths"]} - protected
    assert {path for path in open_to_all if path.startswith("/orders") or path.endswith("/seats")} == set()
    errors = description["paths"]["/api/v1/orders"]["post"]["responses"]["409"]["content"]
    assert list(errors) == ["application/problem+json"]


def test_the_page_loads_nothing_from_other_hosts_and_has_no_inline_code() -> None:
    page = Client().get("/api/")

    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "http" not in page.text.replace('"http', "")
    assert page.text.count("<script src=") == 2
    assert "<style" not in page.text


@pytest.mark.slow
def test_jobs_start_without_the_framework_of_the_api() -> None:
    """Nor does any job load the addresses of pages, and with them the admin."""
    code = (
        "import sys, django; django.setup()\n"
        "from django.core.management import get_commands, load_command_class\n"
        "from cinema.job_schedule import SCHEDULE\n"
        "jobs = [load_command_class(get_commands()[job], job) for job in SCHEDULE]\n"
        "print(len(jobs), sorted({'icalendar', 'ninja', 'pydantic', 'sentry_sdk', 'cinema.urls'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=dict(os.environ), capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == f"{len(SCHEDULE)} []"


@pytest.mark.proofs
@pytest.mark.django_db(transaction=True)
def test_no_request_that_the_description_allows_ends_in_an_error_of_ours(live_server: Any) -> None:
    import schemathesis
    from hypothesis import HealthCheck, given, settings
    from schemathesis.checks import not_a_server_error

    now = clock.now()
    a_session(start=now + timedelta(days=1))
    announce(now)
    headers = {"Authorization": f"Bearer {a_partner(at=now)[1]}"}
    description = schemathesis.openapi.from_url(f"{live_server.url}/api/openapi.json")
    found = [each.ok() for each in description.get_all_operations()]

    for operation in found:

        @settings(max_examples=30, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def fuzz(case: Any) -> None:
            case.call_and_validate(base_url=live_server.url, headers=headers, checks=[not_a_server_error])

        fuzz()
    assert len(found) == 14
