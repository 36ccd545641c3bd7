"""One clock: code that needs the time asks `cinema.clock`, or gets it as `at`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASKED = re.compile(
    r"timezone\.now\(\)|datetime\.(now|today|utcnow)\(|date\.today\(|local(date|time)\(\)|\btime\.time\("
)


def test_only_the_clock_asks_the_machine():
    rooms = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"]
    files = {path for room in rooms for path in room.rglob("*.py") if "migrations" not in path.parts}

    assert [path.relative_to(ROOT) for path in sorted(files) if ASKED.search(path.read_text())] == [
        Path("cinema/clock.py")
    ]


def test_models_and_services_do_not_ask_what_time_it_is():
    inner = [path for path in ROOT.glob("*/**/*.py") if {"models", "services"} & {*path.parts, path.stem}]

    asking = [path.relative_to(ROOT) for path in inner if "clock.now" in path.read_text()]

    assert asking == []
