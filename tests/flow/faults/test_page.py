"""Every test that docs/explanation/faults.md names is there, and every fault of this folder is on the page."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "explanation" / "faults.md").read_text("utf-8")


def test_the_page_names_tests_that_exist() -> None:
    named = re.findall(r"`([\w/-]+\.py)::(test_\w+)`", PAGE)
    assert len(named) > 30
    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text("utf-8")]
    assert missing == []


def test_every_test_of_this_folder_is_on_the_page() -> None:
    files = [file for file in Path(__file__).parent.glob("test_*.py") if file != Path(__file__)]
    tests = [name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)]
    assert [name for name in tests if name not in PAGE] == []
