"""What no tracked file may hold, and the lock."""

import re
from pathlib import Path

# a machine's own paths and the address of any package registry
MACHINE = re.compile(r"(?<![\w.-])/(?:work|root|opt/pypi|tmp/w|home/\w+)/|C:\\\\Users")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|\bextra-index-url\b|--index-url\b", re.IGNORECASE)
TEXT = {".py", ".md", ".toml", ".csv", ".json", ".jsonld", ".lock", ".sh", ".yaml", ".yml", ".svg", ".html", ".txt", ".ini", ".sql", ""}


def test_no_file_names_a_machine_or_a_registry(root: Path, files: list[Path]) -> None:
    wrong: list[str] = []
    for path in files:
        if path.suffix not in TEXT or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        wrong += [f"{path.relative_to(root)}: {found.group()}" for found in (MACHINE.search(text), REGISTRY.search(text)) if found]
    assert wrong == []


def test_the_lock_holds_names_versions_and_hashes_only(root: Path) -> None:
    lines = (root / "requirements.lock").read_text(encoding="utf-8").splitlines()
    line = re.compile(r"[a-z0-9._-]+==[^\s:/]+(?: ; [^:/]+)? \\|    --hash=sha256:[0-9a-f]{64}(?: \\)?")
    assert [one for one in lines if not line.fullmatch(one)] == []


def test_no_download_address_is_kept(files: list[Path]) -> None:
    assert [path.name for path in files if path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}] == []
