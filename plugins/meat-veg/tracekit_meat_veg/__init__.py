"""Meat and vegetables (肉类蔬菜流通追溯): records, codes, rules, links and synthetic chains. Hooks only."""

from pathlib import Path

from tracekit.sdk import Category, Chain, LinkRule, Rule, hookimpl
from tracekit.sdk.schemes import Scheme


@hookimpl
def register_categories() -> list[Category]:
    """The category and the folder of its tables."""
    return [Category("meat_veg", "肉类蔬菜", "Meat and vegetables", "commerce", Path(__file__).parent / "specs")]


@hookimpl
def register_code_schemes() -> list[Scheme]:
    """Ear tags."""
    from tracekit_meat_veg.codes import SCHEMES

    return list(SCHEMES)


@hookimpl
def register_rules() -> list[Rule]:
    """Checks that the tables cannot say."""
    from tracekit_meat_veg.rules import RULES

    return list(RULES)


@hookimpl
def register_link_rules() -> list[LinkRule]:
    """Keys that `links.csv` cannot say."""
    from tracekit_meat_veg.links import LINK_RULES

    return list(LINK_RULES)


@hookimpl
def register_chains() -> list[Chain]:
    """Synthetic pork and vegetable chains."""
    from tracekit_meat_veg.chains import CHAINS

    return list(CHAINS)
