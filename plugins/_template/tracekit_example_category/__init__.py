"""A category for tracekit: hooks only; what they return stands in the modules and tables beside this file."""

from pathlib import Path

from tracekit.sdk import Category, Rule, hookimpl


@hookimpl
def register_categories() -> list[Category]:
    """The category and the folder of its tables."""
    return [Category("example_category", "示例品类", "Example category", "commerce", Path(__file__).parent / "specs")]


@hookimpl
def register_rules() -> list[Rule]:
    """Checks that the tables cannot say."""
    from tracekit_example_category.rules import RULES

    return list(RULES)
