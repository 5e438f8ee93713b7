"""`tracekit conform client`: the kit plays the platform, an enterprise's or a third party's sender is judged."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tracekit.cli.output import put, put_json, say

if TYPE_CHECKING:
    from tracekit.conformance.client_scenarios import Scenario
    from tracekit.conformance.client_sender import Ended


def client(
    run: Annotated[str, typer.Option("--run", help="The command that sends; it is started for each case.")] = "",
    plan_file: Annotated[Path | None, typer.Option("--plan", help="Name, identity, command, address, selection, waivers.")] = None,
    case: Annotated[list[str] | None, typer.Option("--case", help="Only this case; may be given again.")] = None,
    failed: Annotated[Path | None, typer.Option("--failed", help="Only what did not pass in this bundle or results file.")] = None,
    folder: Annotated[Path, typer.Option("--folder", help="Where credentials, key and logs are put.")] = Path("conform-client"),
    out: Annotated[Path | None, typer.Option("--out", help="A folder for results, report, JUnit, CSV, certificate, manifest.")] = None,
    sign: Annotated[Path | None, typer.Option("--sign", help="The private key, PEM, that signs; else one beside the plan.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Judge a sender: the kit plays the platform, loses answers, refuses and lies on purpose, and looks at what comes."""
    from tracekit.cli.conform import put_footer, put_outcome
    from tracekit.conformance.bundle import open_signer, prepare, write_bundle
    from tracekit.conformance.client_run import applicant, hosted, judge_sender, lasting, planned_sender, played
    from tracekit.conformance.client_scenarios import load_scenarios
    from tracekit.conformance.client_sender import command
    from tracekit.conformance.requirements import read_requirements
    from tracekit.conformance.run import selected
    from tracekit.loader import installed

    plan, beside = planned_sender(plan_file, run, case or (), failed), plan_file.parent if plan_file else Path()
    signer = None
    if out is not None:
        prepare(out)
        signer = open_signer(sign, beside, installed().suites)
    folder.mkdir(parents=True, exist_ok=True)
    requirements, scenarios = read_requirements(), load_scenarios()
    cases = selected({id_: one.case for id_, one in scenarios.items()}, plan.select, requirements)
    platform = played(plan, applicant(plan, beside, folder), installed())
    with hosted(plan, platform, folder) as host:
        environment = lasting(host.url, folder)
        if not as_json:
            put("\n".join(f"{name}={value}" for name, value in environment.items()))
        let = command(plan.run, plan.seconds, folder) if plan.run else attended
        lines, outcomes = judge_sender(
            plan,
            platform,
            [scenarios[one.id] for one in cases],
            requirements,
            let,
            environment,
            lambda one: None if as_json else put_outcome(one),
        )
    if out is not None and signer is not None:
        write_bundle(out, lines, plan, signer)
    if as_json:
        put_json({"header": lines[0], "cases": lines[1:-1], "footer": lines[-1]})
    else:
        put_footer(lines[-1], out)
    raise typer.Exit(lines[-1]["exit"] if outcomes else 2)


def attended(scenario: "Scenario", _environment: Mapping[str, str]) -> "Ended":
    """Say what the sender shall do, and wait for the return key."""
    from tracekit.conformance.client_sender import Ended

    typer.echo(f"\n{scenario.case.id} {say(scenario.case.title_zh, scenario.case.title_en)}", err=True)
    typer.echo(say(f"请{scenario.ask.zh}，发送方做完后按回车", f"{scenario.ask.en}; press return when your sender is done"), err=True)
    typer.get_text_stream("stdin").readline()
    return Ended()
