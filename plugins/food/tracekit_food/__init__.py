"""Food (食品): infant formula, meat products, dairy, edible oil, baijiu, and the raw milk before them. Hooks only."""

from pathlib import Path

from tracekit.sdk import Category, Chain, LinkRule, Rule, hookimpl
from tracekit.sdk.schemes import Scheme

SPECS = Path(__file__).parent / "specs"


@hookimpl
def register_categories() -> list[Category]:
    """The category and the folder of its tables; 市场监管总局 is competent."""
    return [Category("food", "食品", "Food", "market_regulation", SPECS)]


@hookimpl
def register_code_schemes() -> list[Scheme]:
    """The licences of producers and traders."""
    from tracekit_food.codes import SCHEMES

    return list(SCHEMES)


@hookimpl
def register_rules() -> list[Rule]:
    """Checks that the tables cannot say."""
    from tracekit_food.rules import RULES

    return list(RULES)


@hookimpl
def register_link_rules() -> list[LinkRule]:
    """Keys that `links.csv` cannot say."""
    from tracekit_food.links import LINK_RULES

    return list(LINK_RULES)


@hookimpl
def register_chains() -> list[Chain]:
    """The synthetic chain of `chain.json`."""
    from tracekit.sdk.chain import table_chain

    return [table_chain("food", SPECS)]
