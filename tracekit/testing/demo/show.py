"""The demo from curtain to curtain."""

import time
from contextlib import ExitStack
from pathlib import Path

from tracekit.loader import load as load_registry
from tracekit.platform.office import clock_from
from tracekit.testing.demo import acts, categories, figures, proof
from tracekit.testing.demo.country import Country
from tracekit.testing.demo.figures import Outcome
from tracekit.testing.demo.page import write_page
from tracekit.testing.demo.sender import Sender
from tracekit.testing.demo.teller import Teller, tell
from tracekit.testing.demo.texts import Texts
from tracekit.testing.demo.workplace import stopped_by_sigterm, workplace
from tracekit.testing.generator import chains_of, grow, write_world
from tracekit.testing.truth import EnterpriseTruth, Truth

SEED = 20261120
EVENING = "T21:30:00+08:00"
"""When the platforms act: after the business day, before its reporting windows close."""


def run(*, keep: bool, seed: int, folder: Path | None, as_json: bool, language: str = "en", size: str = "demo") -> int:
    """Play the demo and tell it; 0 if everything is as the generator knows it, else 1."""
    started = time.monotonic()
    texts = Texts(language)
    with (
        workplace(folder, keep=keep) as root,
        stopped_by_sigterm(),
        Teller(texts, quiet=as_json) as teller,
        _Stage(root, seed, size, teller, keep=keep) as stage,
    ):
        outcome = stage.play()
        outcome.page = str(write_page(root / "demo.html", outcome, texts))
        outcome.seconds = round(time.monotonic() - started, 1)
        addresses = stage.country.addresses()
    tell(outcome, texts, as_json=as_json, kept=addresses if keep else {}, folder=str(root))
    return 1 if outcome.differences else 0


class _Stage(ExitStack):
    """The built world, its country and its senders; what was opened is closed in the end."""

    def __init__(self, root: Path, seed: int, size: str, teller: Teller, *, keep: bool) -> None:
        super().__init__()
        self.seed = seed
        self.step = teller.step
        with self.step("生成企业文件", "write the enterprises' files"):
            world = grow(chains_of(), seed, size)
            self.truth: Truth = write_world(root / "files", world, size)
            registry = load_registry(())
            self.parts = categories.parts_beside(world, registry, figures.PLAIN)
        now = f"{self.truth.day}{EVENING}"
        with self.step("建立六个平台，逐级接入", "make six platforms, each admitted to the one above"):
            self.country = Country.found(root, registry, clock_from(now), now, self.truth.platforms, keep=keep)
            self.folders = [(self.country.admit(one), one) for one in self.truth.enterprises]
            for part in self.parts:
                part.admit(self.country)

    def play(self) -> Outcome:
        """Let the day happen and read back what came of it."""
        country, truth = self.country, self.truth
        with self.step("启动六个服务进程", "start six servers on loopback"):
            self.enter_context(country.running())
            senders = [self._sender(folder, one) for folder, one in self.folders]
            for part in self.parts:
                part.enter(country, self)
        with self.step("备案：申报、审核、赋码", "filing: application, review, codes"):
            filed = acts.file_all(country, senders, [flat for flats in truth.filings.values() for flat in flats])
        with self.step("企业文件经 SDK 报送到市", "files go to the cities through the SDK's client"):
            acts.deliver(senders)
            acts.report_days(senders, truth)
        with self.step("读取第三方数据源", "third-party feeds"):
            feeds = acts.feeds(country)
        with self.step("市级上报，中途断线一次", "cities dock; the line breaks once"):
            broken = self._dock_cities()
        with self.step("一条问题退回节点、更正", "one problem goes back to its node and is corrected"):
            mended = acts.mend(country, senders, truth.correction) if truth.correction else None
            acts.everywhere(acts.dock, country.levels["city"])
        with self.step("省级上报国家", "provinces dock to the nation"):
            acts.everywhere(acts.dock, country.levels["province"])
        with self.step("对账、追溯、验签", "statements, trace, signatures"):
            outcome = self._read_back(senders, filed, broken, mended, feeds)
        with self.step("其他品类：从备案到国家", "the other categories, from filing to the nation"):
            categories.play(country, self.parts)
            outcome.statements = figures.statements(country)
            told = [categories.plain(country, outcome), *(categories.figures(country, part) for part in self.parts)]
            outcome.categories = [categories.line(one) for one in told]
            outcome.wrong = [difference for one in told[1:] for difference in one["differences"]]
        return outcome

    def _sender(self, folder: Path, truth: EnterpriseTruth) -> Sender:
        sender = Sender.at(folder, truth, self.country.registry, self.country.clock)
        self.callback(sender.client.close)
        return sender

    def _dock_cities(self) -> acts.Break:
        first, *others = self.country.levels["city"]
        broken = acts.dock_over_a_break(self.country, first, self.country.stations[first.place.parent], self.seed)
        acts.everywhere(acts.dock, others)
        return broken

    def _read_back(
        self, senders: list[Sender], filed: acts.Filed, broken: acts.Break, mended: acts.Mended | None, feeds: list[figures.Row]
    ) -> Outcome:
        country, truth = self.country, self.truth
        nation = country.levels["nation"][0].office
        pork, vegetables = (figures.traced(country, truth, name) for name in ("pork", "vegetables"))
        platforms = figures.platforms(country)
        names = [(one[0], one[1], one[2]) for one in pork["path"]]
        return Outcome(
            seed=self.seed,
            day=truth.day,
            platforms=platforms,
            levels=figures.levels(platforms),
            expected=figures.expected(truth, mended is not None),
            cities=figures.city_tables(country, truth),
            receipts=figures.count_receipts(country),
            statements=figures.statements(country),
            books=figures.books(senders, truth.day),
            findings=figures.findings(country, senders),
            trace=pork,
            vegetables=vegetables,
            proofs=proof.prove(nation, names, {one.truth.code: one.public_key for one in senders}),
            filed=filed,
            broken_line=broken,
            mended=mended,
            sent=figures.sent(senders),
            feeds=feeds,
        )
