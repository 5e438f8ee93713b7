"""Writes the pages that show which of the 17 pilot messages becomes which kind: `python -m tracekit_meat_veg._messages`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tracekit.spec.tables import Row, read_table

SPECS = Path(__file__).parent / "specs"
COMMAND = "python -m tracekit_meat_veg._messages"
NOTICE = "项目自定义，非《国家重要产品追溯体系数据对接技术要求》"
BEGIN, END = f"<!-- made by {COMMAND} -->", "<!-- end -->"

_NAMES = {
    "1": "流通节点基本信息",
    "2": "经营者基本信息",
    "3": "生猪进厂信息",
    "4": "检疫检验信息",
    "5": "肉品出厂/交易基本信息",
    "6": "肉品出厂/交易明细信息",
    "7": "批发市场进场基本信息",
    "8": "批发市场进场明细信息",
    "9": "批发市场检测信息",
    "10": "批发市场交易基本信息",
    "11": "批发市场交易明细信息",
    "12": "零售市场进场基本信息",
    "13": "零售市场进场明细信息",
    "14": "零售市场销售汇总信息",
    "15": "超市进场基本信息",
    "16": "超市进场明细信息",
    "17": "团体消费进货验收信息",
}


def overview(rows: Iterable[Row]) -> str:
    """One line a message: number, tag, name and the kinds that its fields go to."""
    kinds: dict[str, tuple[str, dict[str, None]]] = {}
    for row in rows:
        kinds.setdefault(row["message"], (row["tag"], {}))[1][row["kind"]] = None
    lines = ["| 报文 | 标签 | 名称 | 记录类型 |", "| --- | --- | --- | --- |"]
    for number, (tag, found) in kinds.items():
        own = [kind for kind in found if not kind.startswith("core.") or number in ("1", "2")]
        names = "、".join(f"`{kind}`" for kind in own)
        lines.append(f"| ({number}) | {f'`{tag}`' if tag else '未知'} | {_NAMES[number]} | {names} |")
    return "\n".join(lines)


def fields_page(rows: list[Row]) -> str:
    """Every field of every message with its kind, path and grade."""
    head = [
        "# 17 项报文的字段去向 / Where the fields of the 17 messages go",
        "",
        f"> {NOTICE}",
        "",
        f"由 `{COMMAND}` 从 `specs/messages.csv` 生成，请勿手改。 Made by `{COMMAND}` from `specs/messages.csv`; never edited by hand.",
    ]
    return "\n".join([*head, *_sections(rows), ""])


def _sections(rows: list[Row]) -> Iterator[str]:
    for number in dict.fromkeys(row["message"] for row in rows):
        own = [row for row in rows if row["message"] == number]
        yield f"\n## ({number}) {own[0]['tag'] or '标签未知 / tag unknown'} {_NAMES[number]}\n"
        yield "| 字段 | 中文 | 记录类型 | 路径 | 怎样 | 证据 |\n| --- | --- | --- | --- | --- | --- |"
        for row in own:
            place = f"`{row['path']}`" if row["path"] else "不保留"
            yield f"| `{row['field']}` | {row['name_zh']} | `{row['kind']}` | {place} | {row['how']} | {row['grade']} |"


def pages(folder: Path) -> dict[Path, str]:
    """The pages of the plugin's folder with their content."""
    rows = read_table(SPECS / "messages.csv")
    readme = (folder / "README.md").read_text(encoding="utf-8")
    before, after = readme.split(BEGIN)[0], readme.split(END)[1]
    return {
        folder / "README.md": f"{before}{BEGIN}\n{overview(rows)}\n{END}{after}",
        folder / "MESSAGES.md": fields_page(rows),
    }


if __name__ == "__main__":
    for path, text in pages(Path(__file__).resolve().parents[1]).items():
        path.write_text(text, encoding="utf-8", newline="\n")
