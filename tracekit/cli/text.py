"""The language that the command line speaks."""

import os


def language() -> str:
    """`zh` or `en`: from TRACEKIT_LANG, else the locale's variables in their usual order, else English."""
    for name in ("TRACEKIT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name, ""):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
