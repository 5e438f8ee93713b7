"""The demo's page: one HTML file that needs nothing else: no script, no request, fit for paper."""

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from tracekit.testing.demo import pictures
from tracekit.testing.demo.figures import COUNTED, Outcome
from tracekit.testing.demo.teller import TODAY, step_row
from tracekit.testing.demo.texts import Texts


def write_page(path: Path, outcome: Outcome, texts: Texts) -> Path:
    """Write the page; its path."""
    path.write_text(page(outcome, texts), "utf-8")
    return path


def page(outcome: Outcome, texts: Texts) -> str:
    """The page's text."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(files("tracekit.testing.demo").joinpath("page.html.j2").read_text("utf-8"))
    return template.render(
        outcome=outcome,
        t=texts,
        counted=COUNTED,
        today=TODAY,
        known={one["level"]: one for one in outcome.expected},
        names={one["code"]: one["name"] for one in outcome.platforms},
        country=pictures.country(outcome, texts),
        chains=[(one, pictures.chain(one, outcome, texts)) for one in (outcome.trace, outcome.vegetables) if one["steps"]],
        steps=[step_row(texts, one) for one in outcome.trace["steps"]],
    )
