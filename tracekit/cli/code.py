"""`tracekit code`: list the code schemes, check values, name their parts, find the schemes that a value may be."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from tracekit.cli.output import put, put_json, put_table, say
from tracekit.cli.text import language

if TYPE_CHECKING:
    from tracekit.codes import CodeScheme
    from tracekit.codes.identify import Match

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List, check, parse, identify codes. / 编码：列出、检查、解析、识别。")

CHUNK = 4096
LONGEST_LINE = 4096
"""No code is longer; the rest of such a line is passed over unread."""

Scheme = Annotated[str, typer.Argument(help="Id of the scheme: see `tracekit code list`.")]
Values = Annotated[list[str] | None, typer.Argument(metavar="VALUE", help="Values as typed or printed.", show_default=False)]
File = Annotated[str, typer.Option("--file", metavar="F", help="Values from a file, one a line; - is standard input.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the code schemes with names, form and source."""
    from tracekit import loader

    schemes = [_about(scheme) for scheme in loader.installed().schemes.values()]
    if as_json:
        for one in schemes:
            put_json(one)
        return
    name = say("name_zh", "name_en")
    rows = [[one["scheme"], one[name], one["pattern"], one["source"]] for one in schemes]
    put_table([say("体系", "scheme"), say("名称", "name"), say("格式", "form"), say("依据", "source")], rows)


@app.command()
def check(scheme: Scheme, values: Values = None, file: File = "", as_json: AsJson = False) -> None:
    """Check values: exit 0 if all are valid, 1 if not."""
    _run(scheme, values, file, as_json=as_json, parts=False)


@app.command()
def parse(scheme: Scheme, values: Values = None, file: File = "", as_json: AsJson = False) -> None:
    """Name the parts of values, with the name of the area where there is one."""
    _run(scheme, values, file, as_json=as_json, parts=True)


@app.command()
def identify(values: Values = None, file: File = "", as_json: AsJson = False) -> None:
    """Say which schemes values may be, best first: numbers, or what a QR code holds. Exit 1 if one fits nothing."""
    from tracekit import loader
    from tracekit.codes.identify import identify

    _need_values(values, file)
    schemes = loader.installed().schemes
    missed = False
    with _open(file) if file else nullcontext() as stream:
        for value in (value for chunk in _chunks(values or [], stream) for value in chunk):
            matches = identify(value, schemes)
            missed = missed or not matches
            _show_matches(value, [_told(one, schemes[one.scheme]) for one in matches], as_json=as_json)
    raise typer.Exit(1 if missed else 0)


@app.command()
def epc(
    link: Annotated[str, typer.Argument(help="A GS1 Digital Link, or an EPC URI.")],
    prefix_length: Annotated[int, typer.Option("--prefix-length", min=6, max=12, help="Digits of the company prefix: a link hides it.")],
    as_json: AsJson = False,
) -> None:
    """Write the EPC URI of a GS1 Digital Link. Exit 1 if it is no valid link."""
    from tracekit.codes import digital_link

    (told,) = _judged(_scheme(digital_link.SCHEME), [link])
    if told["valid"]:
        told["epc"] = digital_link.epc(link, prefix_length)
    if as_json or not told["valid"]:
        _show(told, as_json=as_json)
    else:
        put(told["epc"])
    raise typer.Exit(0 if told["valid"] else 1)


WHY = {
    "named": ("值中写明", "named in the value"),
    "checksum": ("校验位相符", "check character holds"),
    "registry": ("名单中有", "known in its list"),
    "format": ("格式有特征", "distinctive form"),
    "length": ("仅长度相符", "only the length fits"),
    "unlisted": ("名单中没有", "in no known list"),
}
"""What speaks for a scheme, in both languages."""


def _told(one: "Match", scheme: "CodeScheme") -> dict[str, Any]:
    return {
        "scheme": one.scheme,
        "name_zh": scheme.NAME_ZH,
        "name_en": scheme.NAME_EN,
        "value": _printable(one.value),
        "why": list(one.why),
        "found": one.place,
        "parts": _with_area(one.parts),
    }


def _show_matches(value: str, matches: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        put_json({"value": _printable(value), "fits": bool(matches), "matches": matches})
        return
    put(_printable(value) + ("" if matches else say("\t没有合适的编码体系", "\tfits no code scheme")))
    for one in matches:
        why = say("、", ", ").join(say(*WHY[reason]) for reason in one["why"])
        put(f"  {one['scheme']}\t{one[say('name_zh', 'name_en')]}\t{one['value']}\t{why}")
        for name, part in one["parts"].items():
            if part:
                put(f"    {name}: {part}")


def _about(scheme: "CodeScheme") -> dict[str, str]:
    return {
        "scheme": scheme.SCHEME,
        "name_zh": scheme.NAME_ZH,
        "name_en": scheme.NAME_EN,
        "pattern": getattr(scheme, "PATTERN", ""),
        "source": scheme.SOURCE,
    }


def _run(name: str, values: list[str] | None, file: str, *, as_json: bool, parts: bool) -> None:
    scheme = _scheme(name)
    _need_values(values, file)
    bad = total = 0
    with _open(file) if file else nullcontext() as stream:
        for chunk in _chunks(values or [], stream):
            for told in _judged(scheme, chunk):
                total, bad = total + 1, bad + (not told["valid"])
                _show({**told, "parts": _parts(scheme, told["value"])} if parts and told["valid"] else told, as_json=as_json)
    if file and not as_json:
        sys.stderr.write(say(f"共 {total} 个值，{bad} 个不合格\n", f"{total} values, {bad} not valid\n"))
    raise typer.Exit(1 if bad else 0)


def _need_values(values: list[str] | None, file: str) -> None:
    if not values and not file:
        raise typer.BadParameter(
            say("没有给出值；给出 VALUE... 或 --file F", "no values: give VALUE... or --file F"), param_hint="VALUE..."
        )


def _scheme(name: str) -> "CodeScheme":
    from tracekit import codes
    from tracekit.errors import CodeError

    try:
        return codes.get(name)
    except CodeError:
        from tracekit import loader

        found = loader.installed().schemes
        if name in found:
            return found[name]
        known = " ".join(sorted(found))
        raise CodeError(say(f"可用：{known}", f"known: {known}"), code="TK-CODE-004", params={"value": name, "known": known}) from None


def _open(file: str) -> TextIO:
    if file == "-":
        return TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace")
    try:
        return Path(file).open(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        hint = say(f"无法读取 {file}：{error.strerror}", f"cannot read {file}: {error.strerror}")
        raise typer.BadParameter(hint, param_hint="--file") from error


def _chunks(values: list[str], stream: TextIO | None) -> Iterator[list[str]]:
    if values:
        yield values
    lines = _lines(stream) if stream else iter(())
    while chunk := list(islice(lines, CHUNK)):
        yield chunk


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines that hold something; one that never ends is cut, so memory stays flat."""
    while line := stream.readline(LONGEST_LINE):
        rest = line
        while len(rest) == LONGEST_LINE and not rest.endswith("\n"):
            rest = stream.readline(LONGEST_LINE)
        if value := line.rstrip("\n"):
            yield value


def _judged(scheme: "CodeScheme", values: list[str]) -> Iterator[dict[str, Any]]:
    from tracekit import codes

    compact = [scheme.compact(value) for value in values]
    found = scheme.check_batch(compact)
    fine = [at for at, code in enumerate(found) if code is None]
    hints = dict(zip(fine, codes.registry_batch(scheme, [compact[at] for at in fine]), strict=True))
    for at, (value, cleaned, code) in enumerate(zip(values, compact, found, strict=True)):
        finding = code or hints.get(at)
        findings = [_finding(scheme, finding, cleaned)] if finding else []
        yield {"value": _printable(value), "valid": code is None, "compact": _printable(cleaned), "findings": findings}


def _finding(scheme: "CodeScheme", code: str, value: str) -> dict[str, str]:
    from tracekit.spec.messages import message, render

    told = {"code": code, "level": message(code).level, "message": render(code, {"value": _printable(value)}, language())}
    pattern = getattr(scheme, "PATTERN", "")
    return {**told, "expected": pattern} if pattern and code == "TK-CODE-001" else told


def _printable(value: str) -> str:
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def _parts(scheme: "CodeScheme", value: str) -> dict[str, str]:
    return _with_area(scheme.parse(value))


def _with_area(parts: dict[str, str]) -> dict[str, str]:
    from tracekit.codes import area

    return {**parts, "area_name": area.name(parts["area"])} if "area" in parts else parts


def _show(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        put_json(told)
        return
    verdict = say("有效", "valid") if told["valid"] else say("不合格", "not valid")
    put(f"{told['compact'] if told['valid'] else told['value']}\t{verdict}")
    for finding in told["findings"]:
        expected = say("；应为 ", "; expected ") + finding["expected"] if "expected" in finding else ""
        put(f"  {finding['code']} {finding['message']}{expected}")
    for name, part in told.get("parts", {}).items():
        if part:
            put(f"  {name}: {part}")
