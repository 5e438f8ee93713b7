"""What the demo says, in Chinese and English: names of columns, levels and states, and the sentences of terminal and page."""

from collections.abc import Mapping

from tracekit.findings import Finding
from tracekit.spec.messages import message, remedy, render
from tracekit.testing.demo.figures import Outcome, Row

TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("重要产品追溯：从企业文件到国家回执", "Product traceability: from an enterprise's file to the national receipt"),
    "notice": (
        "项目自定义，非《国家重要产品追溯体系数据对接技术要求》",
        "项目自定义，非《国家重要产品追溯体系数据对接技术要求》 (project-defined; not the national technical requirements)",
    ),
    "synthetic": (
        "企业、人员、编码均为合成数据；行政区划与统一社会信用代码的编制规则为真实规则。",
        "Every enterprise, person and number is synthetic; divisions and the form of the codes are real.",
    ),
    "platforms": ("平台", "Platforms"),
    "levels": ("各级数据量（与生成器已知值核对）", "Counts by level, beside what the generator knows"),
    "today": ("当日各市各节点", "Today by city and node"),
    "links": ("回执与对账", "Receipts and statements"),
    "findings": ("主要检查结果及含义", "Worst findings and what they mean"),
    "trace": ("一张猪肉零售凭证的追溯", "One pork till slip, traced back"),
    "proof": ("签名在国家平台仍可验证", "The enterprise's signature still holds at the nation"),
    "day": ("这一天发生了什么", "What happened on this day"),
    "feeds": ("旁路真实数据", "Real input beside it"),
    "level": ("级别", "level"),
    "platform": ("平台", "platform"),
    "node": ("节点", "node"),
    "name": ("名称", "name"),
    "state": ("状态", "state"),
    "total": ("总数据量", "total"),
    "valid": ("有效", "valid"),
    "problem": ("问题", "problem"),
    "pending": ("待审", "pending"),
    "backfilled": ("补传", "backfilled"),
    "late": ("补传（往日）", "backfilled (earlier days)"),
    "sum": ("合计", "sum"),
    "broken": ("断链", "broken links"),
    "rate": ("报送率", "reporting rate"),
    "silent_nodes": ("静默节点", "silent nodes"),
    "known": ("已知值", "known"),
    "link": ("链路", "link"),
    "lower": ("下级记录", "below"),
    "upper": ("上级记录", "above"),
    "digest": ("摘要", "digest"),
    "result": ("结果", "result"),
    "equal": ("一致", "equal"),
    "different": ("不一致", "different"),
    "count": ("次数", "count"),
    "code": ("代码", "code"),
    "meaning": ("含义（一例）", "meaning (one case)"),
    "remedy": ("处理", "what to do"),
    "step": ("环节", "step"),
    "time": ("时间", "time"),
    "enterprise": ("企业", "enterprise"),
    "papers": ("单证", "papers"),
    "nation": ("国家", "nation"),
    "province": ("省", "province"),
    "city": ("市", "city"),
    "traded": ("有交易", "traded"),
    "nothing": ("零报告", "nothing to report"),
    "closed": ("休市", "closed"),
    "silent": ("静默", "silent"),
    "error": ("错误", "error"),
    "warning": ("警告", "warning"),
    "info": ("提示", "info"),
    "border": ("省界", "border"),
    "categories": ("各品类一行", "Every category in one line"),
    "kinds": ("记录种类", "kinds"),
    "kind": ("记录种类", "kind"),
    "events": ("市级事件", "events at cities"),
    "day_counts": ("仅报日数", "day counts only"),
    "found": ("检查结果", "findings"),
    "way": ("追溯环节", "way back"),
    "back": ("向源头追溯", "The way back to the origin"),
    "receipts": ("回执", "receipts"),
    "filings": ("备案", "filings"),
    "goes_up": ("上报国家的记录种类与不上报的信息组", "Kinds that go up to the nation, and the groups of them that stay below"),
    "stays": ("留在下级的记录种类（只报日数）", "Kinds that stay below; their day counts go up"),
    "withheld": ("不上报的信息组", "groups that stay below"),
    "promised": ("检查结果（与链条约定核对）", "Findings, beside those that the chain promised"),
    "key": ("编号", "key"),
}
STORY: Mapping[str, tuple[str, str]] = {
    "sent": (
        (
            "{enterprises} 家企业的 {sources} 个数据源（{files} 个文件，{rows} 行）组成 {packages} 个签名数据包；市级签发回执，"
            "其中重复 {duplicate} 条、问题 {problem} 条"
        ),
        (
            "{sources} sources of {enterprises} enterprises ({files} files, {rows} rows) became {packages} signed packages; the cities "
            "answered with receipts that name {duplicate} duplicates and {problem} problems"
        ),
    ),
    "filed": (
        "备案 {approved} 件经审核通过，其中 {assigned} 家商户由平台赋码（如 {example}）",
        "{approved} filings passed review; {assigned} merchants were given their code, such as {example}",
    ),
    "flight": (
        "{lower} 上报途中，{upper} 的服务进程被强行终止；重启后同一数据包重发，{waiting} 条全部到达，重复 {doubled} 条",
        (
            "while {lower} docked, the server of {upper} was killed; it came back, the same package was repeated, "
            "all {waiting} records arrived and {doubled} were doubled"
        ),
    ),
    "between": (
        "{upper} 的服务进程在两个数据包之间被强行终止并重启；记录无丢失，重复 {doubled} 条",
        "the server of {upper} was killed between two packages and came back; nothing was lost and {doubled} records were doubled",
    ),
    "mended": (
        "{node} 的一条问题数据（{finding}）经反馈退回，节点更正后重报：{verdict}，反馈已关闭",
        "one problem of {node} ({finding}) went back as feedback; the node corrected it and sent it again: {verdict}, feedback closed",
    ),
    "books": (
        "{links} 家企业各自的账与所在市的对账单一致，共 {records} 条",
        "the books of {links} enterprises equal their cities' statements: {records} records",
    ),
    "proved": (
        "{count} 条记录的企业签名均用国家平台所存内容验证通过；其中 {withheld} 条的商业信息组未上报，只留摘要",
        (
            "the enterprises' signatures of {count} records hold on the nation's own bytes, although {withheld} of them left their "
            "commercial group below and carry only its digest"
        ),
    ),
    "epcis": (
        "EPCIS 2.0 文档（他人编写，第三方数据源，由省级平台读取）：{rows} 个事件，有效 {valid}，问题 {problem}，重复 {duplicate}",
        "EPCIS 2.0 documents written by others, read by a province: {rows} events, {valid} valid, {problem} problem, {duplicate} duplicate",
    ),
    "prices": (
        "批发价格行情（就地读取，core.market_quote）：{rows} 行，存 {valid} 条测量值，不计入任何统计，不对接",
        "wholesale price lists, read where they lie as core.market_quote: {rows} rows, {valid} measurements, in no counter, never docked",
    ),
    "counted": (
        "对账包括事件与已通过的备案；签发回执 {receipts} 份",
        "statements cover events and approved filings; {receipts} receipts were given",
    ),
    "way": (
        "{ref}：{vertices} 个环节、{edges} 条链边、{gaps} 处断链；起点证明 {certificate}",
        "{ref}: {vertices} events, {edges} edges, {gaps} gaps; it begins with {certificate}",
    ),
    "all_equal": (
        "全部核对一致：各级数据量等于生成器已知值，各链路对账一致",
        "All as known: the counts are the generator's, and every statement is equal",
    ),
    "not_equal": ("核对不一致：", "Not as known:"),
}


class Texts:
    """The demo's texts in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._at = 0 if language == "zh" else 1

    def __getitem__(self, name: str) -> str:
        return TEXTS[name][self._at] if name in TEXTS else name

    def pick(self, zh: str, en: str) -> str:
        """The one of two texts that is in our language."""
        return (zh, en)[self._at]

    def tell(self, sentence: str, /, **values: object) -> str:
        """A sentence with its values."""
        return STORY[sentence][self._at].format(**values)

    def story(self, outcome: Outcome) -> list[str]:
        """What happened, one sentence each."""
        names = {one["code"]: one["name"] for one in outcome.platforms}
        doubled = sum(one["duplicate"] for one in outcome.platforms if one["level"] != "city")
        line, assigned = outcome.broken_line, outcome.filed.assigned
        told = [
            self.tell("sent", **outcome.sent),
            self.tell("filed", approved=outcome.filed.approved, assigned=len(assigned), example=next(iter(assigned.values()), "")),
            self.tell(
                "flight" if line.in_flight else "between",
                lower=names[line.lower],
                upper=names[line.upper],
                waiting=line.waiting,
                doubled=doubled,
            ),
        ]
        if outcome.mended:
            finding = " ".join(outcome.mended.findings)
            told.append(self.tell("mended", node=outcome.mended.node, finding=finding, verdict=self.pick("通过", outcome.mended.verdict)))
        return told

    def way(self, outcome: Outcome) -> str:
        """The trace in one sentence."""
        return self.tell("way", **{name: outcome.trace[name] for name in ("ref", "vertices", "edges", "gaps", "certificate")})

    def proved(self, outcome: Outcome) -> str:
        """The proof in one sentence."""
        withheld = sum("commercial" in one.withheld for one in outcome.proofs)
        return self.tell("proved", count=sum(one.signed for one in outcome.proofs), withheld=withheld)

    def feeds(self, outcome: Outcome) -> list[str]:
        """The feeds, one sentence each."""
        return [self.tell(one["name"], **{"valid": 0, "problem": 0, "duplicate": 0, **one}) for one in outcome.feeds]

    def meaning(self, row: Row) -> tuple[str, str]:
        """What a finding means, with its example's values, and what to do."""
        example: Finding | None = row["example"]
        if example is None:
            one = message(row["code"])
            return self.pick(one.title_zh, one.title_en), self.pick(one.remedy_zh, one.remedy_en)
        return render(row["code"], example.params, self.language), remedy(row["code"], example.params, self.language)
