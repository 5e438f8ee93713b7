"""`tracekit conform`."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.conform_client import client
from tracekit.cli.output import describe_finding, put, put_finding, put_json, say

if TYPE_CHECKING:
    from tracekit.conformance.coverage import Covered
    from tracekit.conformance.run import Outcome

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

PlanFile = Annotated[Path, typer.Option("--plan", help="Target, senders, selection, waivers.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
MARKS = {"pass": "✓", "fail": "✗", "warn": "!", "not_applicable": "-", "waived": "~"}


@app.callback()
def conform() -> None:
    """Prove that a system speaks the national interface, and see what to mend where it does not."""


@app.command()
def server(
    url: Annotated[str, typer.Argument(help="The platform's address; it replaces that of the plan.")] = "",
    plan_file: PlanFile = Path("plan.toml"),
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case; may be given again.")] = None,
    failed: Annotated[Path | None, typer.Option("--failed", help="Only what did not pass in this bundle or results file.")] = None,
    binding: Annotated[str, typer.Option(help="rest or soap; it replaces that of the plan.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="A folder for results, report, JUnit, CSV, certificate, manifest.")] = None,
    sign: Annotated[Path | None, typer.Option("--sign", help="The private key, PEM, that signs; else one beside the plan.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge a county, city, provincial or national platform: the kit sends, asks and misbehaves on purpose."""
    from tracekit.conformance.bundle import open_signer, prepare, write_bundle
    from tracekit.conformance.cases import load_cases
    from tracekit.conformance.judge import judge, opened, planned
    from tracekit.conformance.preflight import look
    from tracekit.conformance.requirements import read_requirements
    from tracekit.loader import installed

    signer = None
    if out is not None:
        prepare(out)
        signer = open_signer(sign, plan_file.parent, installed().suites)
    plan = planned(plan_file, url, case or (), failed, binding)
    cases, payloads = load_cases()
    with opened(plan, plan_file.parent, payloads) as session:
        if not _fit(look(session, plan), as_json=as_json):
            raise typer.Exit(2)
        lines, outcomes = judge(plan, session, cases, read_requirements(), lambda one: None if as_json else put_outcome(one))
    footer = lines[-1]
    if out is not None and signer is not None:
        write_bundle(out, lines, plan, signer)
    if as_json:
        put_json({"header": lines[0], "cases": lines[1:-1], "footer": footer})
    else:
        put_footer(footer, out)
    raise typer.Exit(footer["exit"] if outcomes else 2)


app.command()(client)


@app.command()
def file(
    files: Annotated[list[Path], typer.Argument(help="Packages, or wire records as a JSON array or JSON Lines.")],
    key: Annotated[Path | None, typer.Option("--key", help="The sender's public key, PEM: signatures are checked.")] = None,
    as_json: AsJson = False,
) -> None:
    """Judge what was written down, without a line: form, groups, count, digest and, with a key, the signature."""
    from tracekit.conformance.files import LARGEST, judge_file
    from tracekit.findings import is_problem
    from tracekit.loader import installed

    pem, told, wrong = key.read_text("utf-8") if key else "", list[dict[str, Any]](), 0
    for path in files:
        if not path.is_file() or path.stat().st_size > LARGEST:
            raise typer.BadParameter(say(f"{path}：不是文件，或超过 {LARGEST} 字节", f"{path}: no file, or above {LARGEST} bytes"))
        count, findings = judge_file(path.read_bytes(), installed(), pem)
        wrong += is_problem(findings)
        told.append({"file": str(path), "records": count, "findings": [describe_finding(one) for one in findings]})
        if not as_json:
            for one in findings:
                put_finding(one._replace(where=f"{path.name}:{one.where}".rstrip(":")))
            put(say(f"{path}：{count} 条，检查结果 {len(findings)} 项", f"{path}: {count} records, {len(findings)} findings"))
    if as_json:
        put_json({"conformant": not wrong, "files": told})
    raise typer.Exit(1 if wrong else 0)


@app.command()
def plugin(category: Annotated[str, typer.Argument(help="An installed category, such as food.")], as_json: AsJson = False) -> None:
    """Judge a category's plugin: tables, rules, links, example records, chain. Needs the extra `testing`."""
    import subprocess
    import sys
    from tempfile import TemporaryDirectory

    from tracekit.loader import installed

    id_ = category.replace("-", "_")
    if id_ not in installed().categories:
        known = ", ".join(sorted(installed().categories))
        raise typer.BadParameter(
            say(f"没有安装品类 {category}；已安装：{known}", f"no category {category} is installed; installed: {known}")
        )
    with TemporaryDirectory() as folder:
        test = Path(folder) / "test_plugin.py"
        test.write_text(f"from tracekit.testing import plugin_suite\n\nTestPlugin = plugin_suite({id_!r})\n", "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
        done = subprocess.run(command, cwd=folder, check=False, stdout=sys.stderr if as_json else None)  # noqa: S603  our own interpreter and file
    if as_json:
        put_json({"category": id_, "conformant": done.returncode == 0})
    raise typer.Exit({0: 0, 1: 1}.get(done.returncode, 2))


@app.command()
def coverage(
    check: Annotated[bool, typer.Option("--check", help="Exit code 1 if a requirement lacks what it needs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Which case shows which requirement, and what lacks."""
    from tracekit.conformance.cases import load_cases
    from tracekit.conformance.client_scenarios import load_scenarios
    from tracekit.conformance.coverage import coverage as covered_by
    from tracekit.conformance.coverage import lacking
    from tracekit.conformance.requirements import read_requirements

    cases = {**load_cases()[0], **{id_: one.case for id_, one in load_scenarios().items()}}
    rows = covered_by(read_requirements(), cases)
    lacks = list(lacking(rows))
    if as_json:
        put_json({"requirements": [_covered(one) for one in rows], "lacking": lacks})
    else:
        for one in rows:
            shown_by = " ".join((*one.positive, *one.negative)) or one.requirement.not_tested or "-"
            put(f"{one.requirement.id}\t{one.requirement.level}\t{shown_by}")
        for id_, problem in lacks:
            put(f"{id_}: {problem}")
    raise typer.Exit(1 if check and lacks else 0)


def _covered(one: "Covered") -> dict[str, Any]:
    return {"id": one.requirement.id, "positive": one.positive, "negative": one.negative, "not_tested": one.requirement.not_tested}


def _fit(checks: Iterable[Any], *, as_json: bool) -> bool:
    """Tell each look before the run; true if all are good."""
    good = True
    for one in checks:
        good = one.good
        line = f"{'✓' if one.good else '✗'} {one.name}  {one.detail}"
        if not one.good:
            typer.echo(line + say("（先改好它，再看结果）", " (mend this first; nothing was judged)"), err=True)
        elif not as_json:
            put(line)
    return good


def put_outcome(outcome: "Outcome") -> None:
    """Tell what came of a case, and where it failed how."""
    case = outcome.case
    put(f"{MARKS.get(outcome.result, '?')} {case.id} {say(case.title_zh, case.title_en)}  {outcome.result} {outcome.reason}".rstrip())
    if outcome.failure:
        put(f"    {say('要求', 'requirement')}: {', '.join(case.verifies)}; {say('第', 'step')} {outcome.failure['step']}")
        for one in outcome.failure["differences"]:
            put(f"    {one['path'] or '.'}: {say('应为', 'expected')} {one['expected']!r}, {say('实为', 'came')} {one['found']!r}")
        put(f"    {say('重做', 'again')}: {outcome.failure['again']}")


def put_footer(footer: Any, out: Path | None) -> None:
    """Tell the counts and the statement."""
    counts = ", ".join(f"{name} {number}" for name, number in footer["counts"].items())
    zh = {"conformant": "符合", "not conformant": "不符合", "no statement": "不能得出结论"}[footer["statement"]]
    put(f"{say(zh, footer['statement'])}: {counts}")
    if out is not None:
        put(say(f"报告：{out}", f"report: {out}"))
