"""Fixtures that every test may ask for."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from stores import postgres_url, store, store_url  # noqa: F401  fixtures are found by name here
