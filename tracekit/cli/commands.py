"""The commands of `tracekit`, as a table: nothing of a command is imported before it runs."""

from typing import NamedTuple


class Entry(NamedTuple):
    """One command: where its `app` stands and its line in `--help`."""

    module: str
    en: str
    zh: str


COMMANDS: dict[str, Entry] = {
    "demo": Entry("tracekit.cli.demo", "Run a whole synthetic province, from files to the nation.", "演示：从企业文件到国家平台的全流程。"),
    "init": Entry("tracekit.cli.init", "Make a platform's folder, or admit a peer.", "新建平台目录，或接纳对接方。"),
    "serve": Entry("tracekit.cli.serve", "Run a platform's server.", "启动平台服务。"),
    "run": Entry("tracekit.cli.run", "Read the sources once, then dock.", "读取数据源一次，然后向上对接。"),
    "check": Entry("tracekit.cli.check", "Check records of a file, or a source, without storing.", "检查文件或数据源中的记录，不入库。"),
    "trace": Entry("tracekit.cli.trace", "Where did it come from, where did it go.", "追溯：来源与去向。"),
    "reconcile": Entry("tracekit.cli.reconcile", "Compare statements with the platform above.", "与上级平台对账。"),
    "status": Entry("tracekit.cli.status", "Counts, outbox and silent nodes of a platform.", "平台状态：数量、待发、静默节点。"),
    "doctor": Entry("tracekit.cli.doctor", "Look at everything that could fail, before it does.", "体检：先于故障发现问题。"),
    "quarantine": Entry(
        "tracekit.cli.quarantine", "List, show, export or retry refused records.", "隔离区：列出、查看、导出、重试被拒记录。"
    ),
    "filing": Entry("tracekit.cli.filing", "List, approve or return filings.", "备案：列出、通过、退回。"),
    "code": Entry("tracekit.cli.code", "List, check or parse codes.", "编码：列出、检查、解析。"),
    "spec": Entry("tracekit.cli.spec", "Build, check or show the specification's tables.", "规范：生成、核对、查看数据表。"),
    "conform": Entry("tracekit.cli.conform", "Prove that a system speaks the national interface.", "一致性测试：证明系统符合对接接口。"),
    "report": Entry("tracekit.cli.report", "Make a conformance report again, or check one.", "一致性报告：重新生成或核验。"),
    "explain": Entry("tracekit.cli.explain", "Say what a code of a finding or error means.", "解释检查结果或错误代码。"),
    "plugins": Entry("tracekit.cli.plugins", "List plugins and adapters, broken ones with the cause.", "列出插件与适配器，及损坏原因。"),
    "version": Entry("tracekit.cli.version", "Print the version.", "显示版本。"),
}
