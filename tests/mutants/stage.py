"""A true platform on loopback with two admitted senders, and the kit beside it, so that one thing at a time can be broken."""

import contextlib
import itertools
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from mutants.faces import Face

from tracekit.conformance.cases import Case, load_cases
from tracekit.conformance.judge import judge, opened
from tracekit.conformance.plan import Plan, Selection, SenderPlan, Target
from tracekit.conformance.preflight import look
from tracekit.conformance.requirements import Requirement, read_requirements
from tracekit.conformance.run import Outcome
from tracekit.platform import admission, quality
from tracekit.platform.office import Office, open_office
from tracekit.platform.setup import Setup, load
from tracekit.server.app import build_app

SENDERS = {"market-370600004": ("370600004", "merchant:3706000040001"), "shop-370600005": ("370600005", "merchant:3706000050002")}


@dataclass
class Stage:
    """An office, the face that it shows on the line, and what the kit needs to judge it."""

    office: Office
    face: Face
    plan: Plan
    cases: Mapping[str, Case]
    requirements: Mapping[str, Requirement]
    payloads: Mapping[str, Any]
    describe: dict[str, Any] = field(default_factory=dict[str, Any])
    runs: Iterator[int] = field(default_factory=itertools.count)
    serial: Iterator[int] = field(default_factory=itertools.count)

    def play(self, ids: Sequence[str] = ()) -> dict[str, Outcome]:
        """What came of some cases, or of all; the true platform's description is what the kit goes by."""
        plan = self.plan.model_copy(update={"select": Selection(ids=tuple(ids))})
        with opened(plan, Path(), self.payloads) as session:
            session.run, session.serial = f"{session.run}-{next(self.runs)}", self.serial
            if not self.describe:
                assert all(check.good for check in look(session, plan))
                self.describe.update(session.describe)
            session.describe.update(self.describe)
            session.tokens.clear()
            _, outcomes = judge(plan, session, self.cases, self.requirements, lambda _: None)
        return {one.case.id: one for one in outcomes}


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """The platform, listening, with one feedback open, so that there is something to tell."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        city = admission.create(root / "city", "city", "370600", "烟台市", ["3706"]).parent
        senders = [_admitted(root / code, city) for code in SENDERS]
        office = open_office(city)
        face = Face(build_app(office))
        with contextlib.closing(office), _serving(face) as url:
            plan = Plan(target=Target(url=url), sender=tuple(map(_sender, senders)))
            cases, payloads = load_cases()
            made = Stage(office, face, plan, cases, read_requirements(), payloads)
            made.play(["TC-SUBMIT-0010"])
            quality.send_back(office, [one.id for one in office.store.quarantine(limit=1)])
            yield made


def _admitted(folder: Path, city: Path) -> Setup:
    admission.create(folder, "enterprise", folder.name, folder.name, ["370600"])
    admission.install(folder, admission.admit(load(city), admission.read_identity(folder)))
    return load(folder)


def _sender(setup: Setup) -> SenderPlan:
    node, party = SENDERS[setup.code]
    keys = setup.folder / "keys"
    return SenderPlan(
        code=setup.code,
        secret=f"file:{keys / 'above.secret'}",
        key=f"file:{keys / 'signing.pem'}",
        region="370600",
        node=f"node:{node}",
        party=party,
    )


@contextlib.contextmanager
def _serving(face: Face) -> Iterator[str]:
    with socket.socket(proto=socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server = uvicorn.Server(uvicorn.Config(face, log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)
