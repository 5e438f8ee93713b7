"""Numbers of meat and vegetables: `ear-tag` of an animal.

An ear tag has 15 digits: the species (1 pig, 2 cattle, 3 sheep or goat), the county (6) and a serial (8). There is no
check digit. The regulation gives no digit to other animals. Source: 畜禽标识和养殖档案管理办法 art. 8; CONFIRMED.
Numbers of quarantine certificates and of certificates of promised quality have no public rule: the core keeps them.

>>> EAR_TAG.validate("1 110115 00000001")
'111011500000001'
>>> EAR_TAG.parse("211011500000001")
{'species': '2', 'species_name': '牛', 'area': '110115', 'serial': '00000001'}
>>> EAR_TAG.check_batch(["111011500000001", "411011500000001", "11101150000001"])
[None, 'TK-CODE-001', 'TK-CODE-001']
"""

from tracekit.codes import area
from tracekit.sdk.schemes import DIGITS, Scheme, form_of

SPECIES = {"1": "猪", "2": "牛", "3": "羊"}
"""Position 1."""


def _parts(value: str) -> dict[str, str]:
    return {"species": value[0], "species_name": SPECIES[value[0]], "area": value[1:7], "serial": value[7:]}


EAR_TAG = Scheme(
    "ear-tag",
    ("畜禽标识编码", "Ear tag of an animal"),
    "畜禽标识和养殖档案管理办法; art. 8; CONFIRMED",
    "[123][1-9][0-9]{13}",
    form_of({15: ["".join(SPECIES), DIGITS[1:], *[DIGITS] * 13]}),
    _parts,
    lambda value: area.registry(value[1:7]) is None,
    hints=True,
)

SCHEMES = (EAR_TAG,)
