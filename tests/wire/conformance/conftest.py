"""The kit beside the town's platform: a plan that names both of its enterprises as senders."""

from pathlib import Path
from typing import Any

import pytest

NODES = {"a": ("370600004", "merchant:3706000040001"), "b": ("370600005", "merchant:3706000050002")}


def plan_text(url: str, senders: dict[str, Any]) -> str:
    """A plan for these senders (name → Setup); secrets stand in files beside their platforms."""
    lines = ["[target]", f"url = '{url}'", "role = 'city'"]
    for name, setup in senders.items():
        node, party = NODES[name]
        lines += [
            "[[sender]]",
            f"code = '{setup.code}'",
            f"secret = 'file:{setup.folder / 'keys' / 'above.secret'}'",
            f"key = 'file:{setup.folder / 'keys' / 'signing.pem'}'",
            "region = '370600'",
            f"node = 'node:{node}'",
            f"party = '{party}'",
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture
def plan(town: Any, tmp_path: Path) -> Path:
    """A plan file for the town."""
    path = tmp_path / "plan.toml"
    path.write_text(plan_text(town.url, {"a": town.market, "b": town.shop}), "utf-8")
    return path
