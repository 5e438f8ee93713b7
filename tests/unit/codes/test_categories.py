"""The schemes that categories bring: real numbers, labels as they are printed, and their rows on the page."""

import csv
from importlib import import_module
from pathlib import Path

import pytest

from tracekit import codes
from tracekit.codes.identify import identify

ROOT = Path(__file__).parents[3]
MODULES = [import_module(f"{path.parent.name}.codes") for path in sorted(ROOT.glob("plugins/[!_]*/tracekit_*/codes.py"))]
BROUGHT = {scheme.SCHEME: scheme for module in MODULES for scheme in module.SCHEMES}
SCHEMES = {**{name: codes.get(name) for name in codes.schemes()}, **BROUGHT}

LINES = (Path(__file__).parent / "identifiers_of_categories.csv").read_text(encoding="utf-8").splitlines()
ROWS = list(csv.DictReader(LINES[1:]))
CODE = {"check digit": "TK-CODE-002"}


def test_no_two_schemes_have_one_name():
    assert len(BROUGHT) == sum(len(module.SCHEMES) for module in MODULES)
    assert len(SCHEMES) == len(BROUGHT) + len(codes.schemes())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['scheme']}:{row['value']}")
def test_a_real_number_gets_what_the_file_says(row):
    scheme = SCHEMES[row["scheme"]]
    code = CODE.get(row["reason"], "TK-CODE-001") if row["valid"] == "no" else None
    assert scheme.check_batch([scheme.compact(row["value"])]) == [code]
    if code is None:
        assert identify(row["value"], SCHEMES)[0].scheme == row["scheme"]


UNIT = "1" + "092927" + "2" + "001" + "012345678901234567890"
VET = "201512270003700019840759"
VET_LABEL = f"{VET}，注射用硫酸链霉素，兽药字（2015）220442658，某厂，0311-12345678"
SEED = "0125727100017593"
SEED_LABEL = f"品种名称：郑单958\r\n生产经营者名称：某种业\r\n单元识别代码：{SEED}\r\n追溯网址：http://t.example/s?id={SEED}"
DRUG = "81234567890123456789"


@pytest.mark.parametrize(
    ("text", "scheme", "value"),
    [
        (DRUG, "drug-trace", DRUG),
        (f"https://drug.example/query?code={DRUG}", "drug-trace", DRUG),
        ("86901110000020", "drug-standard", "86901110000020"),
        ("【批准文号】国药准字H21021039", "drug-approval", "国药准字H21021039"),
        ("批准文号：国药准字 HJ20171237", "drug-approval", "国药准字HJ20171237"),
        (UNIT, "pesticide-unit", UNIT),
        (f"http://t.example/?id={UNIT}", "pesticide-unit", UNIT),
        (f"http://t.example/c/{UNIT}", "pesticide-unit", UNIT),
        (f"http://t.example/?{UNIT}&from=qr", "pesticide-unit", UNIT),
        (f"www.t.example/n?id={UNIT}", "pesticide-unit", UNIT),
        (f"http://t.example/{UNIT}.html", "pesticide-unit", UNIT),
        (f"农药名称：某乳油，单元识别代码：{UNIT}，追溯网址：http://t.example", "pesticide-unit", UNIT),
        ("PD20040767", "pesticide-reg", "PD20040767"),
        ("农药登记证号：PD85154-12", "pesticide-reg", "PD85154-12"),
        (VET, "vet-trace", VET),
        (VET_LABEL, "vet-trace", VET),
        (VET_LABEL.replace("，", ","), "vet-trace", VET),
        (f"http://t.example/?c={VET}", "vet-trace", VET),
        (SEED_LABEL, "seed-label", SEED),
        (SEED_LABEL.replace("\r\n", "\\n"), "seed-label", SEED),
        (SEED_LABEL.replace(SEED, "6921168509256"), "seed-label", "6921168509256"),
        ("C(黑哈五)农种许字(2016)第6001号", "seed-licence", "C(黑哈五)农种许字(2016)第6001号"),
        ("微生物肥（2016）准字（1896号）", "fertiliser-reg", "微生物肥(2016)准字1896号"),
        ("41702156120190307", "equipment", "41702156120190307"),
        ("31103506002016053337", "equipment-reg", "31103506002016053337"),
        ("梯11闽E3622(16)", "equipment-use", "梯11闽E3622(16)"),
        ("0140829A12345", "detonator", "0140829A12345"),
        ("0104CO000014", "radio-source", "0104CO000014"),
        ("06220640100199002", "herb", "06220640100199002"),
        ("10127300007841", "herb-enterprise", "10127300007841"),
        ("01700007841010520021", "herb-product", "01700007841010520021"),
        ("1101017000078411812180011", "herb-batch", "1101017000078411812180011"),
        ("http://t.example/?id=40170000784101052002118121800000011", "herb-trace", "40170000784101052002118121800000011"),
        ("111011500000001", "ear-tag", "111011500000001"),
        ("SC11464010500015", "sc", "SC11464010500015"),
        ("37060000400010000003", "tran", "37060000400010000003"),
        ("44098100218121800001", "origin-trace", "44098100218121800001"),
    ],
)
def test_a_label_is_read_as_it_is_printed(text, scheme, value):
    best = identify(text, SCHEMES)[0]
    assert (best.scheme, best.value) == (scheme, value)


def test_twenty_digits_may_be_several_and_prefixes_rank_them():
    drug, slip = ([one.scheme for one in identify(text, SCHEMES)] for text in (DRUG, "37060000400010000003"))
    assert {"drug-trace", "tran", "batch"} <= set(drug) & set(slip)
    assert drug.index("drug-trace") < drug.index("tran")
    assert slip.index("tran") < slip.index("drug-trace")


def test_a_label_gives_its_other_fields_too():
    assert identify(VET_LABEL, SCHEMES)[0].parts["generic_name"] == "注射用硫酸链霉素"
    assert [one.scheme for one in identify(VET_LABEL, SCHEMES)] == ["vet-trace", "vet-approval"]
    assert identify(SEED_LABEL, SCHEMES)[0].parts["operator"] == "某种业"


def test_a_scheme_that_takes_any_word_comes_last_and_never_from_inside_a_text():
    assert [one.scheme for one in identify(SEED, SCHEMES)][-1] == "seed-label"
    assert [one.scheme for one in identify("6921168509256", SCHEMES)][-1] == "seed-label"
    for text in ("http://t.example/abc/defgh", "甲，seed123，乙", "Hello World!", "注射用硫酸链霉素"):
        assert "seed-label" not in [one.scheme for one in identify(text, SCHEMES)]


PAGE = (ROOT / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_page_says_what_the_schemes_of_a_category_say(module):
    category = module.__name__.split(".")[0].removeprefix("tracekit_").replace("_", "-")
    expected = [
        f"| {category} | `{one.SCHEME}` | {one.NAME_ZH} / {one.NAME_EN} | `{one.PATTERN.replace('|', chr(92) + '|')}` | {one.SOURCE} |"
        for one in module.SCHEMES
    ]
    assert [line for line in PAGE.splitlines() if line.startswith(f"| {category} | `")] == expected
