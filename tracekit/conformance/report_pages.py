"""Results for people: a page that tells all, and a certificate of one page. Neither needs script or other files."""

from collections import defaultdict
from functools import cache
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined

from tracekit.conformance.report_lines import CaseLine, Report
from tracekit.conformance.report_tables import first_line, shown
from tracekit.conformance.results import NOTICE
from tracekit.trees import is_array

STATEMENTS = {
    "conformant": ("符合", "Conformant", "good"),
    "not conformant": ("不符合", "Not conformant", "bad"),
    "no statement": ("不能得出结论", "No statement", "warn"),
}
RESULTS = {
    "pass": ("通过", "pass", "good"),
    "fail": ("不通过", "fail", "bad"),
    "warn": ("警告", "warn", "warn"),
    "not_proven": ("未证明", "not proven", "bad"),
    "review": ("待人工审查", "review", "warn"),
    "waived": ("豁免", "waived", "warn"),
    "not_applicable": ("不适用", "not applicable", "soft"),
    "env_error": ("环境故障", "environment", "warn"),
    "kit_error": ("工具故障", "kit", "warn"),
    "not_tested": ("未测试", "not tested", "soft"),
}
"""Each result in both languages, and its tone; in the order in which counts are shown."""
TO_MEND = ("fail", "not_proven", "review", "kit_error", "env_error", "warn")
SELECTIONS = {
    "ids": "用例 / cases",
    "areas": "领域 / areas",
    "tags": "标签 / tags",
    "levels": "级别 / levels",
    "categories": "品类 / categories",
}
NOT_IN_RUN = "本次运行没有用例证明 / no case of this run showed it"


def page(report: Report) -> bytes:
    """The report, requirement by requirement and case by case, fit for paper."""
    to_mend = [one for result in TO_MEND for one in report.cases if one.result == result]
    cases = defaultdict[str, list[CaseLine]](list)
    for one in report.cases:
        for id_ in one.verifies:
            cases[id_].append(one)
    return _render("report.html.j2", report, to_mend=to_mend, cases_of=cases)


def certificate(report: Report) -> bytes:
    """One page that says what was shown, and what was not."""
    unproven, left_out = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for id_, wording in report.unproven():
        unproven[wording.not_tested or NOT_IN_RUN].append(id_)
    for one in report.of("not_applicable"):
        left_out[one.reason].append(one.case)
    return _render("certificate.html.j2", report, unproven=unproven, left_out=left_out)


def _render(template: str, report: Report, **more: Any) -> bytes:
    words = {"notice": NOTICE, "results": RESULTS, "statements": STATEMENTS, "selections": SELECTIONS}
    return _environment().get_template(template).render(report=report, judged=_judged(report), **words, **more).encode()


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tracekit.conformance"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(shown=shown, body=body, first_line=first_line)
    return made


def _judged(report: Report) -> list[tuple[str, str]]:
    """What was judged and by what, as labels and values; what is not known is left out."""
    header, target, platform = report.header, report.header.target, report.header.platform
    rows = {
        "被测系统 / system": target.get("name") or platform.get("name"),
        "编号 / code": platform.get("platform"),
        "地址 / address": target.get("url"),
        "角色 / role": target.get("role"),
        "上级角色（由工具扮演） / the role above, played by the kit": target.get("above"),
        "环境 / environment": platform.get("environment"),
        "接口版本 / editions": platform.get("editions"),
        "被测方规则集 / its rule set": platform.get("rule_set"),
        "测试工具 / kit": f"tracekit {header.kit}",
        "规范摘要 / specs digest": header.specs,
        "计划摘要 / plan digest": header.plan,
        "运行编号 / run": header.run,
        "开始时间 / started": header.started,
    }
    return [(label, _words(value)) for label, value in rows.items() if value]


def _words(value: Any) -> str:
    return ", ".join(map(shown, value)) if is_array(value) else shown(value)


def body(text: str) -> str:
    """A body for reading: JSON is indented, but only where that changes nothing else."""
    try:
        tree = orjson.loads(text)
        same = orjson.dumps(tree).decode() == text
        return orjson.dumps(tree, option=orjson.OPT_INDENT_2).decode() if same else text
    except (ValueError, TypeError):
        return text
