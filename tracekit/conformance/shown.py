"""What a failure shows: what was sent, expected and came, where, how to mend it, and a command that repeats it. Secrets are masked."""

import re
import shlex
from collections.abc import Mapping
from typing import Any

from tracekit.conformance.cases import Case
from tracekit.conformance.requirements import national
from tracekit.conformance.session import Exchange
from tracekit.conformance.steps import Failed
from tracekit.spec.tables import read_table

LONGEST = 4000
"""Characters of a body that a report shows."""
_SECRET = ("authorization",)
_CLIENT_SECRET = re.compile(r"(client_secret=)[^&]*")


def shown(failed: Failed, case: Case, url: str) -> dict[str, Any]:
    """The failure of a case as its report tells it."""
    made = failed.exchange
    return {
        "step": failed.step,
        "differences": [{"path": one.path, "expected": one.expected, "found": one.found} for one in failed.wrong],
        "sent": {"method": made.method, "path": made.path, "headers": masked(made.headers), "body": readable(made.body)},
        "came": {"status": made.reply.status, "body": readable(made.reply.body)},
        "remedy": _remedy(failed),
        "curl": _curl(made, url),
        "again": f"tracekit conform server {url} --case {case.id}",
    }


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers without what they keep secret."""
    return {name: "***" if name in _SECRET else value for name, value in headers.items()}


def readable(body: bytes) -> str:
    """A body as text, cut where it is long; a secret in a form is masked."""
    if b"client_secret=" in body:
        return "&".join(
            one if not one.startswith("client_secret=") else "client_secret=***" for one in body.decode("utf-8", "replace").split("&")
        )
    text = body.decode("utf-8", "replace")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(body)} bytes)"


def _remedy(failed: Failed) -> dict[str, str]:
    """What the error that was expected would have told, or nothing where a good answer was."""
    codes = {one.expected for one in failed.wrong if one.path == "code" and isinstance(one.expected, str)}
    for row in read_table(national() / "errors.csv"):
        if row["code"] in codes:
            return {"code": row["code"], "zh": row["title_zh"], "en": row["title_en"]}
    return {}


def _curl(made: Exchange, url: str) -> str:
    words = ["curl", "-sS", "-X", made.method, f"{url}{made.path}"]
    for name, value in made.headers.items():
        words += ["-H", f"{name}: {'Bearer $TOKEN' if name == 'authorization' else value}"]
    if made.body:
        words += ["--data-binary", "@body"]
    return " ".join(shlex.quote(one).replace("'authorization: Bearer $TOKEN'", '"authorization: Bearer $TOKEN"') for one in words)
