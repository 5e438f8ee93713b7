"""Numbers of farm inputs: printed ones pass, others do not; labels are read as their QR codes hold them."""

import pytest
from tracekit_agri_inputs import codes
from tracekit_agri_inputs.codes import FERTILISER_REG, PESTICIDE_REG, PESTICIDE_UNIT, SEED_LABEL, SEED_LICENCE, VET_APPROVAL, VET_TRACE

from tracekit.testing.scheme_suite import scheme_suite

VET = "201512270003700019840759"
VET_QR = f"{VET}，注射用硫酸链霉素，兽药字（2015）220442658，某厂，0311-12345678"
SEED = "0125727100017593"
SEED_QR = f"品种名称：郑单958\r\n生产经营者名称：某种业有限公司\r\n单元识别代码：{SEED}\r\n追溯网址：http://t.example/s?id={SEED}"
UNIT = "1" + "092927" + "2" + "001" + "012345678901234567890"
GOOD = {
    "pesticide-unit": (UNIT, "2" + UNIT[1:], "3" + UNIT[1:7] + "3" + UNIT[8:], " ".join(UNIT[at : at + 4] for at in range(0, 32, 4))),
    "pesticide-reg": (
        *("PD20092927", "pd 20040767", "PD20080005F030021", "LS20071573", "WP20080407", "WL20120061", "EX20200012"),
        *("PD85154-12", "PD84125", "LS96030", "LS981606", "WL93614", "PDN2-88", "PD1-85", "WPN5-94"),
    ),
    "vet-trace": (VET, VET_QR, VET_QR.replace("，", ","), "2016 0229 00037 00019840759"),
    "vet-approval": (
        *("兽药字（2015）220442658", "兽药字(2011)152595057", "兽药字150515205", "兽药原字150511139", "兽药添字（2016）150511141"),
        *("兽药生字（2011）170041056", "兽药生字140393008", "兽药字〔2015〕220442658", "兽药字［2015］ 220442658", "兽药临字010726044"),
    ),
    "seed-label": (SEED, SEED_QR, "Ab1", "Z" * 20, f"郑单958\n某种业\n{SEED}\nwww.t.example"),
    "seed-licence": (
        *("A(京)农种许字(2020)第0001号", "C（黑哈五）农种许字（2016）第6001号", "D(湘益安)农种许字(2017)第001号"),
        *("a (京) 农种许字 (2020) 第0001号", "BCD(苏)农种许字(2018)第0005号"),
    ),
    "fertiliser-reg": (
        *(
            "农肥准字1234号",
            "微生物肥(2018)准字(2500)号",
            "微生物肥（2016）准字（1896号）",
            "农肥（2012）临字0001号",
            "苏农肥(2015)准字0123号",
        ),
        *("农肥(2022)准字第8892号", "辽农肥(2023)准字001", "农肥准字2023-4811"),
    ),
}
BAD = {
    "pesticide-unit": (
        UNIT[:-1],
        UNIT + "0",
        "0" + UNIT[1:],
        "4" + UNIT[1:],
        UNIT[:7] + "0" + UNIT[8:],
        UNIT[:7] + "4" + UNIT[8:],
        UNIT[:-1] + "A",
    ),
    "pesticide-reg": (
        "999999",
        "PD",
        "PD2004076",
        "PD200407670",
        "PX20040767",
        "20040767",
        "PD30040767",
        "LSN2-88",
        "PD20040767F",
        "PD2-8",
    ),
    "vet-trace": (
        VET[:-1],
        VET + "0",
        "201513270003700019840759",
        "201502290003700019840759",
        "191512270003700019840759",
        "2" * 24,
        VET_QR + "，多",
    ),
    "vet-approval": (
        *("兽药字（2024）010101", "兽药字22044265", "兽药字2204426589", "药字220442658", "兽药220442658", "兽药字（15）220442658"),
        *("国药准字H21021039", "（2015）兽药字220442658", "兽药一二三字220442658"),
    ),
    "seed-label": ("Z" * 21, "A-1", "种子", "", f"郑单958\n某种业\nhttp://t.example/\n{SEED}", f"郑单958\n{SEED}\nhttp://t.example/"),
    "seed-licence": (
        "(京)农种许字(2020)第0001号",
        "A(京)农种许字(20)第0001号",
        "A(京)农种许字(2020)第号",
        "A京农种许字(2020)第0001号",
        "(2021)农种许字第001号",
    ),
    "fertiliser-reg": ("农肥1234号", "准字1234号", "微生物肥(2018)准字号", "农药准字1234号", "农肥准字12345678号", "微生物肥(18)准字1号"),
}

TestSchemes = scheme_suite(codes, GOOD, BAD)


def test_a_veterinary_label_has_five_parts() -> None:
    assert VET_TRACE.validate(VET_QR) == VET
    assert VET_TRACE.parse(VET_QR) == {
        "date": "2015-12-27",
        "enterprise": "00037",
        "random": "00019840759",
        "generic_name": "注射用硫酸链霉素",
        "approval": "兽药字（2015）220442658",
        "maker": "某厂",
        "telephone": "0311-12345678",
    }


def test_a_seed_label_has_four_lines() -> None:
    assert SEED_LABEL.validate(SEED_QR) == SEED
    said = SEED_LABEL.parse(SEED_QR)
    assert said == {"unit": SEED, "variety": "郑单958", "operator": "某种业有限公司", "url": f"http://t.example/s?id={SEED}"}
    assert SEED_LABEL.parse(SEED_QR.replace("\r\n", "\\n")) == said


def test_a_pesticide_unit_names_its_registration() -> None:
    assert PESTICIDE_UNIT.parse(UNIT)["registration"] == "PD092927"
    temporary = PESTICIDE_UNIT.parse("3" + UNIT[1:])
    assert (temporary["kind"], temporary["registration_end"]) == ("临时登记", "092927")
    assert PESTICIDE_REG.parse("PD20080005F030021") == {"kind": "PD", "year": "2008", "serial": "0005", "packer": "F030021"}


@pytest.mark.parametrize("number", ["PD85154-12", "LS96030", "PDN2-88", "EX20200012"])
def test_old_and_export_numbers_pass_with_a_hint(number: str) -> None:
    assert PESTICIDE_REG.is_valid(number)
    assert PESTICIDE_REG.registry(number) == "TK-CODE-003"
    assert PESTICIDE_REG.registry("PD20040767") is None


def test_numbers_with_words_have_one_compact_form() -> None:
    assert {VET_APPROVAL.validate(one) for one in ("兽药字（2015）220442658", "兽药字〔2015〕220442658")} == {"兽药字(2015)220442658"}
    assert FERTILISER_REG.validate("微生物肥（2016）准字（1896号）") == FERTILISER_REG.validate("微生物肥(2016)准字(1896)号")
    assert SEED_LICENCE.registry_batch(["A(京)农种许字(2020)第0001号", "BCD(苏)农种许字(2018)第0005号"]) == [None, "TK-CODE-003"]
