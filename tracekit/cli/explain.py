"""`tracekit explain`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tracekit.cli.output import put, put_json, put_table
from tracekit.cli.text import language
from tracekit.errors import TracekitError

if TYPE_CHECKING:
    from tracekit.spec.messages import Message

app = typer.Typer(rich_markup_mode=None)


@app.command()
def explain(
    code: Annotated[str, typer.Argument(help="A code such as TK-CHK-001; without one all are listed.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Say what a code means, what follows from it, its clause and grade, and what to do: in your language, then the other."""
    from tracekit.spec.messages import all_messages

    _add_plugin_tables()
    known = all_messages()
    if not code:
        _list(known, as_json)
        return
    row = known.get(code.upper())
    if row is None:
        import difflib

        near = difflib.get_close_matches(code.upper(), known, n=3)
        raise TracekitError(code, code="TK-CLI-002", params={"code": code, "expected": ", ".join(near)})
    told = {name: value for name, value in row._asdict().items() if value}
    told["class"] = told.pop("class_", "") or told.pop("class", "")
    if as_json:
        put_json({name: value for name, value in told.items() if value})
        return
    first = language()
    put(_paragraph(row, first))
    put()
    put(_paragraph(row, "en" if first == "zh" else "zh"))


def _paragraph(row: "Message", of: str) -> str:
    """What a code means, what follows from it, where it comes from and what to do, as sentences of one language."""
    zh = of == "zh"
    title, remedy = (row.title_zh, row.remedy_zh) if zh else (row.title_en, row.remedy_en)
    follows = _FOLLOWS.get(row.class_ or row.level, _FOLLOWS[""])[0 if zh else 1]
    grade = _GRADES.get(row.grade, (row.grade, row.grade))[0 if zh else 1]
    status = f"（HTTP {row.status}）" if zh else f" (HTTP {row.status})"
    named = (("规则", "rule", row.rule), ("条款", "clause", row.clause), ("依据等级", "grade", grade), ("处理", "what to do", remedy))
    lines = [f"{row.code}{status if row.status else ''}  {title}", f"  {follows}"]
    lines += [f"  {zh_label if zh else en_label}{'：' if zh else ': '}{text}" for zh_label, en_label, text in named if text]
    return "\n".join(lines)


_FOLLOWS = {
    "error": (
        "记录判为问题数据，不计入有效；原样留在隔离区，更正后再报即可。",
        "The record is a problem: it is not counted as valid, waits in the quarantine as it came, and is checked anew once corrected.",
    ),
    "warning": ("记录照常收下，此项提示另行计数。", "The record is accepted all the same; the remark is counted."),
    "info": ("仅作说明，不影响判定。", "For information only; no verdict follows from it."),
    "unavailable": (
        "对方暂时不能受理，什么也没有收下；稍后用同一包号重发。",
        "The receiver cannot answer now and has taken nothing in; the same package is repeated later.",
    ),
    "rejected": ("整个请求被拒，原样重发无用。", "The request as a whole is refused; repeating it unchanged is of no use."),
    "denied": (
        "上报停止，数据留在本地等候；改正后继续。",
        "The link stops and everything waits on the sender's side; it goes on once this is mended.",
    ),
    "": (
        "配置、环境或程序的故障，不是数据的问题；没有写入或发出任何内容。",
        "A fault of set-up, surroundings or program, not of data; nothing was stored or sent by it.",
    ),
}
_GRADES = {
    "project-defined": ("项目自定义", "project-defined"),
    "CONFIRMED": ("有公开文本为证", "confirmed by a published text"),
    "CONFIRMED-IMPL": ("有实际系统为证", "confirmed by deployed systems"),
    "PARTIAL": ("部分有据", "confirmed in part"),
    "INFERRED": ("推断", "inferred"),
}


def _list(known: dict[str, Any], as_json: bool) -> None:
    titles = {code: row.title_zh if language() == "zh" else row.title_en for code, row in sorted(known.items())}
    if as_json:
        put_json({"codes": titles})
    else:
        put_table(("code", "title"), titles.items())


def _add_plugin_tables() -> None:
    """Plugins bring rows of their own; broken ones must not keep the core's from being explained."""
    from tracekit.loader import installed

    installed()
