"""The example platforms are read, and their links point at one another."""

from pathlib import Path

import pytest

from tracekit.config import PlatformConfig, parse_platform
from tracekit.platform.roles import roles

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "platforms"
FILES = sorted(EXAMPLES.glob("*/platform.toml"))


def read(file: Path) -> PlatformConfig:
    return parse_platform(file.read_text("utf-8"), file)


def test_there_is_one_a_level() -> None:
    assert {read(file).platform.role for file in FILES} == {"county", "city", "province", "nation"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_its_link_points_at_a_platform_that_accepts_it(file: Path) -> None:
    config = read(file)
    by_code = {one.platform.code: one for one in map(read, FILES)}
    if config.above is None:
        assert config.platform.role == "nation"
        return
    above = by_code[config.above.code]
    assert config.above.role == above.platform.role
    assert config.above.url.endswith(f":{above.server.port}")
    assert config.platform.role in roles()[above.platform.role].accepts_from
