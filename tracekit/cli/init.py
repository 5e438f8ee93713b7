"""`tracekit init`: a platform's folder, the admission of a peer, and the credentials that a peer installs."""

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from tracekit.cli.output import put, put_json, say

app = typer.Typer(rich_markup_mode=None)

_DEFAULT_CODE = {"nation": "000000"}


@app.command()
def init(
    role: Annotated[str, typer.Argument(help="nation, province, city, county, township, park, separate_plan_city, xpcc, enterprise")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The platform's folder.")],
    code: Annotated[str, typer.Option(help="Its code; the region's, or the folder's name, if not given.")] = "",
    name: Annotated[str, typer.Option(help="Its name.")] = "",
    region: Annotated[list[str] | None, typer.Option(help="GB/T 2260 code it answers for; may repeat; every region if not given.")] = None,
    port: Annotated[int, typer.Option(help="Port on loopback; 0: a free one is chosen and written down.")] = 0,
    environment: Annotated[str, typer.Option(help="test or production; the two never mix.")] = "test",
    suite: Annotated[str, typer.Option(help="Signature suite of its key; what policy prefers for the role, if not given.")] = "",
    above: Annotated[str, typer.Option(help="The platform above: its folder on this machine, or its address.")] = "",
    admit: Annotated[Path | None, typer.Option(help="An applicant's identity.json: admit it here.")] = None,
    credentials: Annotated[Path | None, typer.Option(help="The credentials that the platform above gave us.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Make a platform's folder (configuration, keys, identity.json), or admit a peer's key to it.

    Steps between two offices: the lower side runs `init`, hands over identity.json; the upper side runs
    `init ROLE DIR --admit identity.json`, hands back credentials/<code>.json; the lower side runs
    `init ROLE DIR --credentials FILE`. On one machine `--above DIR` does all three.
    """
    from tracekit.platform import admission

    done: dict[str, Any] = {"role": role, "folder": str(folder)}
    if admit is None and credentials is None and not (above and (folder / "platform.toml").exists()):
        regions = region or ["*"]
        made = code or _default_code(role, regions[0], folder)
        checked: Any = (role, made, name or made, regions)
        done["config"] = str(admission.create(folder, *checked, port=port, environment=environment, suite=suite))  # pyright: ignore[reportArgumentType]  checked by the model
        _make_store(folder)
    done |= _link(folder, role, above, admit, credentials)
    _report(done, as_json)


def _default_code(role: str, region: str, folder: Path) -> str:
    """The region's code, else the folder's name: a first try needs no option."""
    if role in _DEFAULT_CODE:
        return _DEFAULT_CODE[role]
    named = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.resolve().name).strip("-")[:64]
    return region.ljust(6, "0") if region.isdigit() else named or role


def _link(folder: Path, role: str, above: str, admit: Path | None, credentials: Path | None) -> dict[str, str]:
    from tracekit.platform import admission
    from tracekit.platform.setup import load

    setup = load(folder)
    if setup.config.platform.role != role:
        raise typer.BadParameter(f"{folder} is {setup.config.platform.role}, not {role}", param_hint="ROLE")
    done: dict[str, str] = {"code": setup.code, "suite": setup.keys.suite.id, "identity": str(folder / "identity.json")}
    if admit is not None:
        done["credentials"] = str(admission.admit(setup, admission.read_identity(admit)))
    if above and (Path(above) / "platform.toml").exists():
        credentials = admission.admit(load(Path(above)), admission.read_identity(folder))
    elif above:
        admission.set_above(setup.file, {"url": above})
    if credentials is not None:
        done["above"] = admission.install(folder, credentials).code
    return done


def _make_store(folder: Path) -> None:
    from tracekit.platform.setup import load
    from tracekit.store import Store

    Store.open(load(folder).store_url, create=True).close()


def _report(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        put_json(done)
        return
    if "config" in done:
        who = f"{done['code']}, {done['suite']}"
        put(say(f"已建立 {done['config']}（{who}）", f"made {done['config']} ({who})"))
    if "credentials" in done:
        put(say(f"已接纳；请把 {done['credentials']} 交给对方（保密）", f"admitted; hand {done['credentials']} to the peer, in confidence"))
    if "above" in done:
        put(say(f"已指向上级平台 {done['above']}", f"docks to {done['above']}"))
    elif "config" in done:
        put(say(f"接入上级时提交 {done['identity']}", f"to dock upward hand in {done['identity']}"))
