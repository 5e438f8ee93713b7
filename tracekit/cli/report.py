"""`tracekit report`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.output import describe_finding, put, put_finding, put_json, say

if TYPE_CHECKING:
    from tracekit.conformance.report_lines import Report
    from tracekit.findings import Finding

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.callback()
def report() -> None:
    """Make reports of a conformance run again, and check those that came."""


@app.command()
def make(
    results: Annotated[Path, typer.Argument(help="The results file of a run, or its bundle's folder.")],
    out: Annotated[Path, typer.Option("--out", help="The folder for what is made.")],
    as_json: AsJson = False,
) -> None:
    """Make report, JUnit XML, CSV and, if the system conforms, certificate again, from results alone."""
    from tracekit.conformance.bundle import write_derived
    from tracekit.conformance.report_lines import read_report
    from tracekit.conformance.results import stored_results

    names = write_derived(out, read_report(stored_results(results), str(results)))
    if as_json:
        put_json({"folder": str(out), "files": names})
    else:
        put(f"{out}: {', '.join(names)}")


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="The bundle: its folder, or report.zip.")],
    key: Annotated[Path | None, typer.Option("--key", help="The public key, PEM, that must have signed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check a bundle offline: signature, hashes, results, and every file made again. Exit 1 if anything is wrong."""
    from tracekit.conformance.report_verify import read_bundle
    from tracekit.conformance.report_verify import verify as verified
    from tracekit.loader import installed

    if not (bundle.is_dir() or bundle.is_file()):
        raise typer.BadParameter(say(f"{bundle}：没有这样的目录或文件", f"{bundle}: no such folder or file"))
    files, wrong = read_bundle(bundle)
    told, more = verified(files, installed().suites, _pem(key)) if files or not wrong else (None, [])
    wrong += more
    if as_json:
        put_json({"valid": not wrong, **_told(told), "findings": [describe_finding(one) for one in wrong]})
    else:
        _put(told, wrong, trusted=key is not None)
    raise typer.Exit(1 if wrong else 0)


def _pem(key: Path | None) -> str:
    try:
        return key.read_text("utf-8") if key else ""
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{key}: {error}") from None


def _told(report: "Report | None") -> dict[str, Any]:
    if report is None:
        return {}
    header, footer = report.header, report.footer
    return {"statement": footer.statement, "counts": footer.counts, "kit": header.kit, "run": header.run, "started": header.started}


def _put(report: "Report | None", wrong: "list[Finding]", *, trusted: bool) -> None:
    for one in wrong:
        put_finding(one)
    if wrong:
        put(say(f"不可信：{len(wrong)} 处", f"not to be trusted: {len(wrong)} findings"))
        return
    for name, value in _told(report).items():
        put(f"{name}: {value}")
    put(say("签名、摘要、结果与全部派生文件相符", "signature, hashes, results and every file made from them agree"))
    if not trusted:
        put(say("未给出 --key：签名只证明完整，不证明出自何人", "without --key the signature shows wholeness, not whose it is"))
