"""What a platform tells everyone: who it is, its limits, windows, suites and keys; and its dictionaries."""

from collections.abc import Sequence
from typing import Any

from tracekit.pipeline.times import wire_time
from tracekit.platform.office import Office
from tracekit.platform.package import EDITIONS, MAX_BYTES, MAX_RECORDS
from tracekit.platform.refusal import refusal
from tracekit.platform.roles import role_row

NOTICE = "项目自定义，非《国家重要产品追溯体系数据对接技术要求》"


def describe(office: Office, encodings: Sequence[str]) -> dict[str, Any]:
    """The answer of `describe`."""
    own = office.setup.config.platform
    kinds = office.registry.kinds.values()
    suites = {suite for role in role_row(own.role).accepts_from for suite in office.setup.suites_for(role)}
    return {
        "platform": own.code,
        "name": own.name,
        "role": own.role,
        "regions": own.regions,
        "environment": own.environment,
        "editions": list(EDITIONS),
        "limits": {"max_records": MAX_RECORDS, "max_bytes": MAX_BYTES},
        "encodings": list(encodings),
        "windows": {kind.id: kind.window_hours for kind in kinds if kind.window_hours},
        "suites": sorted(suites),
        "keys": [{"key": office.setup.keys.key_id, "suite": office.setup.keys.suite.id, "public": office.setup.keys.public_pem}],
        "categories": sorted(office.registry.categories),
        "rule_set": office.registry.hash,
        "server_time": wire_time(office.clock()),
        "notice": NOTICE,
    }


def codesets(office: Office, wanted: str) -> dict[str, Any]:
    """The names of all code sets, or one with its codes.

    Raises:
        DockingRejected: there is none of that name.
    """
    known = {name: found for one in office.registry.sets.values() for name, found in one.codesets.items()}
    if not wanted:
        return {"codesets": sorted(known), "rule_set": office.registry.hash}
    if wanted not in known:
        raise refusal("TK-DOCK-118", what=wanted[:64])
    codes = [{key: value for key, value in code._asdict().items() if key != "row" and value} for code in known[wanted].codes.values()]
    return {"codeset": wanted, "codes": codes, "rule_set": office.registry.hash}
