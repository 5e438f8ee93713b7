"""Fixtures that every test may ask for."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# where a test starts a command, its output is held back as it is for a user: what waits for a line must get it all the same
os.environ.pop("PYTHONUNBUFFERED", None)

from stores import postgres_url, store, store_url  # noqa: F401  fixtures are found by name here
