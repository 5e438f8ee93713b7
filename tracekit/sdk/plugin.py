"""A category as a plugin that needs no hooks of its own: its tables say nearly all, modules of fixed names the rest."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tracekit.errors import SpecError
from tracekit.sdk.hooks import hookimpl
from tracekit.sdk.table_rules import table_rules
from tracekit.sdk.types import Category, Chain, LinkRule, Rule
from tracekit.spec.tables import read_table


class TablePlugin:
    """What a category's package brings: `specs/category.csv` names it, `specs/checks.csv` and `chain.json` tell rules and chain.

    Where there are such modules, `codes.SCHEMES`, `rules.RULES`, `links.LINK_RULES` and `chains.CHAINS` are taken too.
    """

    def __init__(self, package: str, file: str) -> None:
        self.package, self.specs = package, Path(file).parent / "specs"

    @property
    def category(self) -> Category:
        """The category that the one row of `category.csv` names.

        Raises:
            SpecError: the table is missing, or has not exactly one row.
        """
        path = self.specs / "category.csv"
        rows = read_table(path)
        if len(rows) != 1:
            problem = "it must have exactly one row"
            raise SpecError(f"{path}: {problem}", code="TK-SPEC-003", params={"file": str(path), "problem": problem})
        row = rows[0]
        return Category(row["id"], row["name_zh"], row["name_en"], row["department"], self.specs)

    @hookimpl
    def register_categories(self) -> list[Category]:
        """The category with its tables."""
        return [self.category]

    @hookimpl
    def register_code_schemes(self) -> list[Any]:
        """Its code schemes."""
        return self._listed("codes", "SCHEMES")

    @hookimpl
    def register_rules(self) -> list[Rule]:
        """The checks of its tables, and those that tables cannot say."""
        return [*table_rules(self.specs), *self._listed("rules", "RULES")]

    @hookimpl
    def register_link_rules(self) -> list[LinkRule]:
        """Link keys that tables cannot say."""
        return self._listed("links", "LINK_RULES")

    @hookimpl
    def register_chains(self) -> list[Chain]:
        """Its synthetic chains, if it tells any."""
        from tracekit.sdk.chain import table_chain

        told = [table_chain(self.category.id, self.specs)] if (self.specs / "chain.json").is_file() else []
        return [*self._listed("chains", "CHAINS"), *told]

    def _listed(self, module: str, name: str) -> list[Any]:
        full = f"{self.package}.{module}"
        return list(getattr(import_module(full), name)) if find_spec(full) else []


def table_plugin(package: str, file: str) -> TablePlugin:
    """Give a category's package its plugin.

    All that its `__init__.py` says is `plugin = table_plugin(__name__, __file__)`; the entry point names that `plugin`.
    """
    return TablePlugin(package, file)
