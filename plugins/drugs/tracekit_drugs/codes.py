"""Numbers of drugs: `drug-trace` of each pack, `drug-standard` of a product, `drug-approval`.

`drug-trace` (药品追溯码, NMPAB/T 1002-2019; CONFIRMED): 20 characters whose first seven name the drug and its pack, or
the GS1 way, then with GTIN (01) and serial (21). Codes of 20 that are printed are digits (CONFIRMED-IMPL); how the last
13 divide and how they are checked is UNKNOWN, so only the length counts. Those of the usual service begin with 8
(CONFIRMED-IMPL): another beginning is worth a hint. Of an element string the compact form keeps GTIN and serial, which
tell the pack apart; `parse` names lot and expiry too. A Digital Link of a pack is the core's `digital-link`.

`drug-standard` (国家药品编码本位码, 国食药监办〔2009〕315号; CONFIRMED): country 86, kind 9, company (5), product (5) and a
check digit as in GS1 keys.

`drug-approval` (药品批准文号, CONFIRMED in shape, PARTIAL in the newest text): a letter for the kind, after H, Z, S also C
(Hong Kong, Macao, Taiwan) or J (abroad), and eight digits. The first four are not always a year, so nothing is asked of them.

>>> DRUG_TRACE.validate("8123 4567 8901 2345 6789")
'81234567890123456789'
>>> DRUG_TRACE.parse("(01)06921168509256(17)261231(10)L1(21)7")
{'gtin': '06921168509256', 'serial': '7', 'expiry': '261231', 'lot': 'L1'}
>>> DRUG_TRACE.check_batch(["8123456789012345678", "(01)06921168509256(21)7", "(01)06921168509257(21)7", "(01)06921168509256"])
['TK-CODE-001', None, 'TK-CODE-002', 'TK-CODE-001']
>>> DRUG_STANDARD.parse("86901110000020")
{'country': '86', 'kind': '9', 'company': '01110', 'product': '00002', 'check': '0'}
>>> DRUG_STANDARD.check_batch(["86901110000021", "96901110000020"])
['TK-CODE-002', 'TK-CODE-001']
>>> DRUG_APPROVAL.validate("国药准字 h20171237")
'国药准字H20171237'
>>> DRUG_APPROVAL.parse("国药准字HJ20171237")
{'kind': 'H', 'kind_name': '化学药品', 'origin': 'J', 'number': '20171237'}
>>> DRUG_APPROVAL.is_valid("国药准字X21021039"), DRUG_APPROVAL.is_valid("国药准字H2102103")
(False, False)
"""

from collections.abc import Mapping

from tracekit.codes import gs1
from tracekit.sdk.schemes import CODE, DIGITS, FORMAT, Scheme, as_printed, form_of, matching

USUAL = "8"
"""How the codes of the usual service begin."""

KINDS = {
    "H": "化学药品",
    "Z": "中药",
    "S": "生物制品",
    "B": "保健药品",
    "T": "体外化学诊断试剂",
    "F": "药用辅料",
    "J": "进口分包装药品",
}
"""The letter of an approval number."""

_APPROVAL = "国药准字(?:[HZS][CJ]?|[BTFJ])[0-9]{8}"
_TELLING = ("01", "21")
_digits_of_20 = form_of({20: [DIGITS] * 20})


def _element_string(text: str) -> Mapping[str, str]:
    """GTIN and serial of an element string as the code, its other elements by name."""
    whole = gs1.compact(text)
    found = gs1.elements(whole) or []
    values = dict(found)
    plain = _digits_of_20([as_printed(text)]) == [None]
    if plain or not values.keys() >= set(_TELLING) or gs1.check_batch([whole]) == [FORMAT]:
        return {}
    others = gs1.name_elements([(ai, value) for ai, value in found if ai not in _TELLING])
    return {CODE: gs1.bracket([(ai, values[ai]) for ai in _TELLING]), **others}


def _check_trace(values: list[str]) -> list[str | None]:
    codes = _digits_of_20(values)
    for index, value in enumerate(values):
        if value.startswith("(01)") and tuple(ai for ai, _ in gs1.elements(value) or ()) == _TELLING:
            codes[index] = gs1.check_batch([value])[0]
    return codes


def _trace_parts(value: str) -> dict[str, str]:
    return gs1.parse(value) if value.startswith("(") else {"drug": value[:7], "rest": value[7:]}


def _standard_parts(value: str) -> dict[str, str]:
    return {"country": value[:2], "kind": value[2], "company": value[3:8], "product": value[8:13], "check": value[13]}


def _approval_parts(value: str) -> dict[str, str]:
    letters = value[4:-8]
    return {"kind": letters[0], "kind_name": KINDS[letters[0]], "origin": letters[1:], "number": value[-8:]}


DRUG_TRACE = Scheme(
    "drug-trace",
    ("药品追溯码", "Drug trace code"),
    "NMPAB/T 1002-2019; length and composition (the last 13 digits are UNKNOWN); PARTIAL",
    r'[0-9]{20}|\(01\)[0-9]{14}\(21\)[!"%-?A-Z_a-z]{1,20}',
    _check_trace,
    _trace_parts,
    lambda value: value.startswith((USUAL, "(")),
    as_printed,
    _element_string,
)

DRUG_STANDARD = Scheme(
    "drug-standard",
    ("国家药品编码本位码", "Standard code of a drug"),
    "国食药监办〔2009〕315号; segments and check digit; CONFIRMED",
    "869[0-9]{11}",
    form_of({14: ["8", "6", "9", *[DIGITS] * 11]}, (3, 1) * 7, 10),
    _standard_parts,
)

DRUG_APPROVAL = Scheme(
    "drug-approval",
    ("药品批准文号", "Drug approval number"),
    "药品注册管理办法 2007 and 2020; form (the text of 2020 not read); PARTIAL",
    _APPROVAL,
    matching(_APPROVAL),
    _approval_parts,
)

SCHEMES = (DRUG_TRACE, DRUG_STANDARD, DRUG_APPROVAL)
