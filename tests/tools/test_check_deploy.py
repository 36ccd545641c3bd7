import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools import check_deploy

ROOT = Path(__file__).resolve().parents[2]


def working(_scratch: Path) -> Iterator[list[str | Path]]:
    yield ["true", "."]


def broken(_scratch: Path) -> Iterator[list[str | Path]]:
    yield ["sh", "-c", "echo line 3 is wrong; exit 1"]


def not_here(_scratch: Path) -> Iterator[list[str | Path]]:
    yield ["no-such-program", "."]


@pytest.mark.parametrize(
    ("checks", "required", "code", "said"),
    [
        ([working], "", 0, "working: ok\n"),
        (
            [broken, working],
            "",
            1,
            "broken: FAILED\nsh -c echo line 3 is wrong; exit 1\nline 3 is wrong\nworking: ok\n",
        ),
        ([not_here], "", 0, "not_here: skipped, no-such-program is not installed\n"),
        ([not_here], "required", 1, "not_here: FAILED, no-such-program is not installed\n"),
    ],
)
def test_what_fails_is_shown_and_what_is_missing_is_named(monkeypatch, capsys, checks, required, code, said):
    monkeypatch.setattr(check_deploy, "CHECKS", checks)
    monkeypatch.setenv("DEPLOY_TOOLS", required)

    assert check_deploy.main() == code
    assert capsys.readouterr().out == said


def test_pre_commit_runs_targets_of_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    hooks = re.findall(r"entry: make --no-print-directory (\S+)", (ROOT / ".pre-commit-config.yaml").read_text())

    assert hooks
    assert set(hooks) - targets == set()
