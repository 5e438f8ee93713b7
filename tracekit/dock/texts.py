"""What a finding or an error means and what to do about it, in one line."""

from tracekit.errors import TracekitError
from tracekit.findings import Finding
from tracekit.spec.messages import remedy, render


def explain(one: Finding | TracekitError, language: str = "zh") -> str:
    """Say of a finding or an error where it is, what is wrong, and what to do, in Chinese (`zh`) or English (`en`)."""
    place = ": ".join(part for part in (one.where, one.path) if part) if isinstance(one, Finding) else ""
    said = render(one.code, one.params, language), remedy(one.code, one.params, language)
    joined = ("。" if language.startswith("zh") else ". ").join(text for text in said if text)
    return f"{place}: {joined} [{one.code}]" if place else f"{joined} [{one.code}]"
