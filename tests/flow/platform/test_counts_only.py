"""What a department keeps stays with the platform that took it in; its day counts reach the nation; a case number opens the detail."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import orjson
import pytest
import uvicorn

from tracekit import loader
from tracekit.cli import main
from tracekit.config import Peer
from tracekit.dock.outbox import Sent
from tracekit.dock.retry import Retry
from tracekit.errors import DockingDenied, DockingRejected
from tracekit.pipeline.intake import seal_flat
from tracekit.platform import admission, chain, day_counts, quality
from tracekit.platform.link_up import outbox_up, session_above
from tracekit.platform.office import Office
from tracekit.platform.reception import Reception
from tracekit.platform.setup import load
from tracekit.sdk import Category, hookimpl
from tracekit.server.app import build_app
from tracekit.store import Store

pytestmark = pytest.mark.wire

DAY = "2026-11-20"
SHOP, OTHER = "maker-370600004", "shop-370600005"
BATCH = "batch:3706000040000058"
KINDS = (
    "kind,record_type,shape,name_zh,name_en,business_key,window_hours,grade,source,department\n"
    "blast.sale,event,transaction,销售,sale,,,project-defined,a test,\n"
    "blast.notice,event,transaction,公告,notice,,,project-defined,a test,commerce\n"
)
REGIONS = {"nation": ("100000", ["*"]), "province": ("370000", ["37"]), "city": ("370600", ["3706"])}


class Tower:
    """Platforms above each other, each served from a thread; the lowest comes last."""

    def __init__(self, folder: Path, levels: tuple[str, ...]) -> None:
        self.offices: dict[str, Office] = {}
        self._servers: list[tuple[uvicorn.Server, threading.Thread]] = []
        self._registry = loader.build([("tracekit-blast", _plugin(folder / "blast"))])
        above = None
        for role in levels:
            code, regions = REGIONS[role]
            made = admission.create(folder / role, role, code, role, regions).parent  # pyright: ignore[reportArgumentType]
            if above:
                admission.install(made, admission.admit(load(above), admission.read_identity(made)))
            above = made
        for shop in (SHOP, OTHER):
            made = admission.create(folder / shop, "enterprise", shop, shop, ["370600"]).parent
            admission.install(made, admission.admit(load(folder / levels[-1]), admission.read_identity(made)))
        for role in levels:
            office = Office(load(folder / role), self._registry, Store.open(load(folder / role).store_url, create=True))
            self.offices[role] = office
            self._serve(office)
        self.city = self.offices[levels[-1]]

    def sell(self, *numbers: int, kind: str = "blast.sale", **more: Any) -> dict[str, int]:
        """The city takes sales in, as of an enterprise; the receipt's counts."""
        records = seal_flat([_sale(number, kind, more) for number in numbers], self._registry, b"x" * 16, f"{DAY}T06:31:00+08:00")
        receipt = Reception(self.city).take_in(records, f"p-{kind}-{numbers}-{more}", sender=SHOP)
        return orjson.loads(receipt)["counts"]

    def run(self, role: str) -> Sent:
        """One dock run."""
        outbox = outbox_up(self.offices[role], retry=Retry(budget=0))
        with closing(outbox.session.line):
            return outbox.run()

    def told(self, role: str) -> list[tuple[str, str, str, int, int]]:
        """The table of counts only."""
        table = quality.day_table(self.offices[role], DAY)["counts_only"]
        return [(row["platform"], row["node"], row["kind"], row["total"], row["lines"]) for row in table]

    def _serve(self, office: Office) -> None:
        listening = socket.create_server(("127.0.0.1", office.setup.config.server.port))
        server = uvicorn.Server(uvicorn.Config(build_app(office), log_config=None, access_log=False, lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        self._servers.append((server, thread))

    def close(self) -> None:
        for server, thread in self._servers:
            server.should_exit = True
            thread.join(30)
        for office in self.offices.values():
            office.close()


def _plugin(folder: Path) -> ModuleType:
    (folder / "records").mkdir(parents=True)
    (folder / "kinds.csv").write_text(KINDS, "utf-8")
    for name in ("sale", "notice"):
        (folder / "records" / f"{name}.csv").write_text("path,element,obligation,min,max,condition,note\n", "utf-8")
    made = ModuleType("tracekit_blast")
    made.register_categories = hookimpl(lambda: [Category("blast", "民爆", "Explosives", "public_security", folder)])  # pyright: ignore[reportAttributeAccessIssue]
    return made


def _sale(number: int, kind: str, more: dict[str, Any]) -> dict[str, Any]:
    item = {"line": 1, "role": "object", "ref": BATCH, "quantities": [{"value": "5", "unit": "kg", "basis": "weight"}]}
    return {
        "kind": kind,
        "key": f"S{number}",
        "origin": SHOP,
        "reporter": "node:370600004",
        "time": f"{DAY}T06:30+08:00",
        "recorded_at": f"{DAY}T06:31:00+08:00",
        "category": "blast",
        "region": "370600",
        "shape": "transaction",
        "party": "merchant:3706000040001",
        "counterparty": "merchant:3706000050002",
        "place": "node:370600004",
        "items": [item],
        **more,
    }  # fmt: skip  one subject a line


@pytest.fixture
def tower(tmp_path: Path) -> Iterator[Callable[..., Tower]]:
    built: list[Tower] = []

    def build(*levels: str) -> Tower:
        built.append(Tower(tmp_path, levels))
        return built[-1]

    yield build
    for one in built:
        one.close()


def test_records_stay_and_day_counts_pass_two_links_to_the_nation(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "province", "city")
    assert it.sell(1, 2)["valid"] == 2
    assert it.sell(3, kind="blast.notice")["valid"] == 1
    sent = it.run("city")
    assert (sent.counted, sent.refused, sent.down) == (1, [], "")
    assert sum(one.counts["valid"] for one in sent.receipts) == 1
    assert it.run("province").counted == 1
    assert it.told("nation") == it.told("province") == [("370600", "370600004", "blast.sale", 2, 2)]
    assert it.told("city") == []
    for role in ("province", "nation"):
        assert {one.kind for one in it.offices[role].store.records_after(0)} == {"blast.notice"}
    assert quality.day_table(it.offices["nation"], DAY)["sums"]["total"] == 1


def test_only_what_changed_is_told_again_and_it_replaces(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "city")
    it.sell(1)
    assert it.run("city").counted == 1
    assert it.run("city").counted == 0
    assert quality.day_table(it.offices["nation"], DAY)["nodes"] == [
        {"node": "370600004", "state": "counts_only", **dict.fromkeys(day_counts.COUNTERS, 0)}
    ]
    assert it.sell(1, revision=2, action="void")["valid"] == 1
    it.sell(2, 3, place="node:370600009")
    assert it.run("city").counted == 2
    assert it.told("nation")[1] == ("370600", "370600009", "blast.sale", 2, 2)
    assert quality.day_table(it.offices["nation"], DAY)["counts_only"][0]["void"] == 1


def test_what_was_told_when_the_answer_was_lost_is_told_again_and_counted_once(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "city")
    it.sell(1, 2)
    forget = it.city.store.day_counts_told
    it.city.store.day_counts_told = _interrupted  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(KeyboardInterrupt):
        it.run("city")
    it.city.store.day_counts_told = forget
    assert it.run("city").counted == 1
    assert it.told("nation") == [("370600", "370600004", "blast.sale", 2, 2)]


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_line_that_is_down_keeps_the_counts(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "city")
    it.sell(1)
    it.close()
    it.city.store = Store.open(it.city.setup.store_url)
    sent = it.run("city")
    assert (sent.counted, sent.down) == (0, "TK-DOCK-002")
    assert len(it.city.store.day_counts_untold("100000")) == 1


def test_what_is_counted_outside_our_regions_stays(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "city")
    it.sell(1, region="440100")
    it.sell(2)
    sent = it.run("city")
    assert (sent.counted, sent.refused) == (1, [])
    assert it.run("city").counted == 0


def _cell(**changes: Any) -> dict[str, Any]:
    cell = {"platform": "370600", "day": DAY, "node": "1", "kind": "blast.sale", "category": "blast", "region": "370600", "counts": {}}
    return {**cell, "counts": {"total": 1}, **changes}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"platform": "100000"}, "TK-DOCK-113"),
        ({"region": "440100"}, "TK-DOCK-113"),
        ({"region": None}, "TK-DOCK-124"),
        ({"platform": "a b"}, "TK-DOCK-124"),
        ({"kind": "blast"}, "TK-DOCK-124"),
        ({"node": "\0"}, "TK-DOCK-124"),
        ({"node": "9" * 129}, "TK-DOCK-124"),
        ({"category": 5}, "TK-DOCK-124"),
        ({"day": "yesterday"}, "TK-DOCK-124"),
        ({"day": "20261120"}, "TK-DOCK-124"),
        ({"day": 5}, "TK-DOCK-124"),
        ({"counts": {"total": -1}}, "TK-DOCK-124"),
        ({"counts": {"total": 1 << 60}}, "TK-DOCK-124"),
        ({"counts": {"total": True}}, "TK-DOCK-124"),
        ({"counts": {"gold": 1}}, "TK-DOCK-124"),
        ({"counts": []}, "TK-DOCK-124"),
    ],
)
def test_a_wrong_day_count_is_refused_alone(receiver: tuple[Office, Peer], change: dict[str, Any], code: str) -> None:
    office, city = receiver
    answer = day_counts.take(office, city, {"counts": [_cell(**change), _cell(node="good"), 7]})
    assert (answer["kept"], [(one["index"], one["code"]) for one in answer["refused"]]) == (1, [(0, code), (2, "TK-DOCK-124")])
    assert [row["node"] for row in quality.day_table(office, DAY)["counts_only"]] == ["good"]


def test_an_enterprise_tells_no_day_counts_and_a_list_is_a_list(receiver: tuple[Office, Peer]) -> None:
    office, city = receiver
    with pytest.raises(DockingDenied, match="TK-DOCK-113"):
        day_counts.take(office, city.model_copy(update={"role": "enterprise"}), {"counts": [_cell()]})
    for wrong in ({}, "1", [_cell()] * 101):
        with pytest.raises(DockingRejected, match="TK-DOCK-124"):
            day_counts.take(office, city, {"counts": wrong})
    assert day_counts.take(office, city, {"counts": []}) == {"kept": 0, "refused": []}


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[Office, Peer]]:
    """A nation without any category, and its peer, a city."""
    nation = admission.create(tmp_path / "nation", "nation", "100000", "nation", ["*"]).parent
    city = admission.create(tmp_path / "city", "city", "370600", "city", ["3706"]).parent
    admission.admit(load(nation), admission.read_identity(city))
    office = Office(load(nation), loader.build([]), Store.open(load(nation).store_url, create=True))
    yield office, office.setup.peers["370600"]
    office.close()


def test_refused_day_counts_are_named_and_told_again_once_that_is_mended(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "city")
    it.sell(1)
    peer = it.offices["nation"].setup.folder / "peers" / "370600.toml"
    whole = peer.read_text("utf-8")
    peer.write_text(whole.replace('regions = ["3706"]', 'regions = ["3702"]'), "utf-8")
    sent = it.run("city")
    assert (sent.counted, [one.code for one in sent.refused]) == (0, ["TK-DOCK-113"])
    peer.write_text(whole, "utf-8")
    assert it.run("city").counted == 1


def peer(office: Office, role: str, origin: str = "") -> Peer:
    """A caller of a role, of the city's region."""
    some = next(iter(office.setup.peers.values()))
    return some.model_copy(update={"code": f"a-{role}", "role": role, "regions": ["3706"], "origins": [origin] if origin else ["*"]})


@pytest.mark.parametrize(
    ("role", "origin", "case", "sees"),
    [
        ("enterprise", SHOP, "", {"blast.sale", "blast.notice"}),
        ("enterprise", OTHER, "", set[str]()),
        ("enterprise", OTHER, "2026-7", set[str]()),
        *((role, "", "", {"blast.notice"}) for role in ("nation", "province", "city", "county", "park", "township", "xpcc")),
        ("province", "", "   ", {"blast.notice"}),
        *((role, "", "2026-7", {"blast.sale", "blast.notice"}) for role in ("nation", "province", "county")),
        ("", "", "", {"blast.sale", "blast.notice"}),
        ("", "", "2026-7", {"blast.sale", "blast.notice"}),
    ],
)
def test_what_is_kept_opens_to_a_platform_with_a_case_and_to_its_origin(
    tower: Callable[..., Tower], role: str, origin: str, case: str, sees: set[str]
) -> None:
    it = tower("city")
    it.sell(1)
    it.sell(2, kind="blast.notice")
    caller = peer(it.city, role, origin) if role else None
    told = chain.trace(it.city, {"ref": BATCH, "case": case}, caller)
    assert {one["kind"] for one in told["vertices"] if "kind" in one} == sees
    shut = [one for one in told["vertices"] if one.get("hidden")]
    assert len(shut) == 2 - len(sees)
    assert all(one.keys() <= {"id", "hidden", "kept", "region", "depth"} for one in shut)
    logged = it.city.store.query_log()[-1]
    assert (logged.who, logged.case, logged.refs) == (f"a-{role}" if role else "own", case.strip(), (BATCH,))


def test_a_case_opens_no_other_region(tower: Callable[..., Tower]) -> None:
    it = tower("city")
    it.sell(1)
    far = peer(it.city, "province").model_copy(update={"regions": ["44"]})
    (one,) = chain.trace(it.city, {"ref": BATCH, "case": "2026-7"}, far)["vertices"]
    assert one["hidden"]
    assert "kept" not in one


def test_a_case_goes_over_the_wire_and_a_wrong_one_is_refused(tower: Callable[..., Tower]) -> None:
    it = tower("nation", "city")
    asker = session_above(it.city)
    with closing(asker.line):
        assert asker.get("trace", ref=BATCH, case="案 2026/7")["vertices"] == []
        for wrong in ("9" * 65, "a\nb"):
            with pytest.raises(DockingRejected) as caught:
                asker.get("trace", ref=BATCH, case=wrong)
            assert caught.value.code == "TK-DOCK-124"
    assert [one.case for one in it.offices["nation"].store.query_log()] == ["案 2026/7"]


def test_an_enterprise_is_denied_over_the_wire(tower: Callable[..., Tower]) -> None:
    it = tower("city")
    setup = load(it.city.setup.folder.with_name(SHOP))
    form = {"grant_type": "client_credentials", "client_id": setup.code, "client_secret": setup.above_secret()}
    above = setup.config.above
    assert above is not None
    with httpx.Client(base_url=above.url, trust_env=False) as web:
        token = web.post("/v1/token", data=form).json()["access_token"]
        denied = web.post("/v1/daily", json={"counts": [_cell()]}, headers={"authorization": f"Bearer {token}"})
    assert (denied.status_code, denied.json()["code"]) == (403, "TK-DOCK-113")


def test_the_commands_say_counts_only_and_log_the_case(tower: Callable[..., Tower], capsys: pytest.CaptureFixture[str]) -> None:
    it = tower("nation", "city")
    it.sell(1, 2)
    it.run("city")
    nation, city = (str(it.offices[role].setup.folder) for role in ("nation", "city"))
    assert _command("status", nation, "--day", DAY) == 0
    assert "370600\t370600004\tblast.sale\tblast\t2\t2\t0\t0\t2" in capsys.readouterr().out
    assert _command("trace", BATCH, "-p", city, "--case", "2026-7", "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["vertices"]) == 2
    assert _command("trace", BATCH, "-p", city, "--case", "2026-8", "--above") == 1
    logged = [it.offices[role].store.query_log()[-1] for role in ("city", "nation")]
    assert [(one.who, one.case) for one in logged] == [("own", "2026-7"), ("370600", "2026-8")]


def _command(*words: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0)
