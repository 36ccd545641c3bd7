"""A job that is killed at any statement or commit, and run again, ends as if it had never been killed."""

import random

import pytest

from tests.proofs.evening import JOBS, an_evening
from tests.proofs.killing import kill, points_of
from tests.proofs.running import LEASE_IS_OVER, run
from tests.proofs.stage import set_scene
from tests.scenes import Picture, dump

EVERY_POINT = {"cancel_expired_orders", "process_refunded_orders"}
SAMPLED = [job for job in JOBS if job not in EVERY_POINT and job != "deliver_notifications"]
ONE_IN = 5


def raise_the_curtain() -> None:
    set_scene("evening", an_evening)


def never_killed(job: str) -> tuple[Picture, int]:
    """How the job ends when nobody kills it, and how many points it passes."""
    raise_the_curtain()
    before = dump()
    points = points_of(lambda: run(job))
    after = dump()
    assert after != before, f"{job} had nothing to do"
    return after, points


def ends_of(job: str, points: list[int]) -> dict[int, Picture]:
    """How it ends when the job is killed at each of the points and runs again when its lease is over."""
    ends = {}
    for point in points:
        raise_the_curtain()
        kill(lambda: run(job), at_point=point)
        run(job, later=LEASE_IS_OVER)
        ends[point] = dump()
    return ends


@pytest.mark.parametrize("job", sorted(EVERY_POINT))
def test_killed_at_any_point_and_run_again_it_ends_as_if_never_killed(stage: None, job: str) -> None:
    expected, points = never_killed(job)

    ends = ends_of(job, list(range(1, points + 1)))

    assert {point: end for point, end in ends.items() if end != expected} == {}


@pytest.mark.parametrize("job", SAMPLED)
def test_killed_at_some_points_and_run_again_it_ends_as_if_never_killed(stage: None, job: str) -> None:
    expected, points = never_killed(job)

    ends = ends_of(job, list(range(random.Random(job).randint(1, ONE_IN), points + 1, ONE_IN)))

    assert {point: end for point, end in ends.items() if end != expected} == {}
