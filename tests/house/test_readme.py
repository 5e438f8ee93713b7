"""Both READMEs say the same, and every command they show exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = ("README.md", "README.zh-CN.md")
MAIN = "import sys; sys.argv[0] = 'tracekit'; from tracekit.cli import main; sys.exit(main())"
OF_TK = {"test", "lock"}


def _text(root: Path, page: str) -> str:
    return (root / page).read_text(encoding="utf-8")


def _commands(text: str) -> list[str]:
    """The commands of the shell blocks, in order, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_twins_have_the_same_shape(root: Path) -> None:
    english, chinese = (_text(root, page) for page in PAGES)
    assert _commands(english) == _commands(chinese) != []
    assert [len(mark) for mark in re.findall(r"^(#+) ", english, re.MULTILINE)] == [
        len(mark) for mark in re.findall(r"^(#+) ", chinese, re.MULTILINE)
    ]
    links = re.compile(r"\]\(([^)]+)\)")
    assert {one for one in links.findall(english) if one not in PAGES} == {one for one in links.findall(chinese) if one not in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_first_commands_are_demo_and_test(root: Path, page: str) -> None:
    assert [one for one in _commands(_text(root, page)) if one.startswith("./tk")][:2] == ["./tk demo", "./tk test"]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(root: Path, page: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)", _text(root, page))
    assert [one for one in targets if not one.startswith("http") and not (root / one).exists()] == []


def test_commands_exist(root: Path) -> None:
    ours = {line.split()[1] for line in _commands(_text(root, PAGES[0])) if line.startswith("./tk ")} - OF_TK
    for command in sorted(ours):
        answer = subprocess.run(
            [sys.executable, "-P", "-c", MAIN, command, "--help"], cwd=root, capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, f"{command}: {answer.stderr}"
