"""The demo from curtain to curtain."""

import shutil
import signal
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tracekit.loader import load as load_registry
from tracekit.platform.office import clock_from
from tracekit.testing.demo import acts, figures, proof
from tracekit.testing.demo.country import Country
from tracekit.testing.demo.figures import Outcome
from tracekit.testing.demo.page import write_page
from tracekit.testing.demo.sender import Sender
from tracekit.testing.demo.teller import Teller, tell
from tracekit.testing.demo.texts import Texts
from tracekit.testing.generator import build
from tracekit.testing.truth import EnterpriseTruth, Truth

SEED = 20261120
EVENING = "T21:30:00+08:00"
"""When the platforms act: after the business day, before its reporting windows close."""
MARK = ".tracekit-demo"
OURS = ("files", "platforms", "enterprises", "feeds")


def run(*, keep: bool, seed: int, folder: Path | None, as_json: bool, language: str = "en", size: str = "demo") -> int:
    """Play the demo and tell it; 0 if everything is as the generator knows it, else 1."""
    started = time.monotonic()
    texts, root = Texts(language), _workplace(folder)
    try:
        with _stopped_by_sigterm(), Teller(texts, quiet=as_json) as teller, _Stage(root, seed, size, teller, keep=keep) as stage:
            outcome = stage.play()
            outcome.page = str(write_page(root / "demo.html", outcome, texts))
            outcome.seconds = round(time.monotonic() - started, 1)
            addresses = {one.place.code: (one.url, one.process.pid) for one in stage.country.stations.values() if one.process}
    except BaseException:
        if folder is None:
            shutil.rmtree(root, ignore_errors=True)
        raise
    if folder is None and not keep:
        _sweep(root)
    tell(outcome, texts, as_json=as_json, kept=addresses if keep else {}, folder=str(root))
    return 1 if outcome.differences else 0


class _Stage(ExitStack):
    """The built world, its country and its senders; what was opened is closed in the end."""

    def __init__(self, root: Path, seed: int, size: str, teller: Teller, *, keep: bool) -> None:
        super().__init__()
        self.seed = seed
        self.step = teller.step
        with self.step("生成企业文件", "write the enterprises' files"):
            self.truth: Truth = build(root / "files", seed, size)
            registry = load_registry(())
        now = f"{self.truth.day}{EVENING}"
        with self.step("建立六个平台，逐级接入", "make six platforms, each admitted to the one above"):
            self.country = Country.found(root, registry, clock_from(now), now, self.truth.platforms, keep=keep)
            self.folders = [(self.country.admit(one), one) for one in self.truth.enterprises]

    def play(self) -> Outcome:
        """Let the day happen and read back what came of it."""
        country, truth = self.country, self.truth
        with self.step("启动六个服务进程", "start six servers on loopback"):
            self.enter_context(country.running())
            senders = [self._sender(folder, one) for folder, one in self.folders]
        with self.step("备案：申报、审核、赋码", "filing: application, review, codes"):
            filed = acts.file_all(country, senders, truth)
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
            return self._read_back(senders, filed, broken, mended, feeds)

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


def _workplace(folder: Path | None) -> Path:
    """The folder to work in; what an earlier demo left there is cleared away, nothing else."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="tracekit-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / MARK).exists():
        _sweep(folder)
    (folder / MARK).touch()
    return folder.absolute()


def _sweep(root: Path) -> None:
    for name in OURS:
        shutil.rmtree(root / name, ignore_errors=True)


@contextmanager
def _stopped_by_sigterm() -> Generator[None]:
    """SIGTERM ends the demo as Ctrl-C does, so that its servers are stopped."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        del number, frame
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
