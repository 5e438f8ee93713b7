"""Numbers of imports whose rules are not public: visible characters up to a length, no more.

The customs declaration and the commodity code are schemes of the core (`customs-decl`, `hs`). No source tells how long
a registration of an overseas producer is or what its parts are, an importer may name the number of the home country
instead; certificates of inspection and codes of cold-chain first stations differ by issuer and place. Nothing is refused
that could be one. UNKNOWN.

>>> OVERSEAS_PRODUCER.validate(" EU 12.345 ")
'EU12.345'
>>> [scheme.is_valid("") or scheme.is_valid("7" * 65) for scheme in SCHEMES]
[False, False, False]
"""

from tracekit.sdk.schemes import Scheme, as_printed, groups, matching

_PATTERN = "[!-~一-龥]{1,64}"


def _opaque(scheme: str, names: tuple[str, str], source: str) -> Scheme:
    source = f"{source}; number rule not published; length is project-defined; UNKNOWN"
    return Scheme(scheme, names, source, _PATTERN, matching(_PATTERN), groups(f"({_PATTERN})", "number"), cleaning=as_printed)


OVERSEAS_PRODUCER = _opaque(
    "overseas-producer", ("境外生产企业注册编号", "Registration of an overseas producer"), "食品安全法第96条 and customs decree 248"
)
INSPECTION_CERTIFICATE = _opaque("ciq-cert", ("检验检疫证明编号", "Inspection and quarantine certificate"), "进出口商品检验法第12条")
COLD_CHAIN = _opaque("cold-chain", ("进口冷链首站追溯码", "Code of a cold-chain first station"), "GB/T 44368-2024 (text not read)")

SCHEMES = (OVERSEAS_PRODUCER, INSPECTION_CERTIFICATE, COLD_CHAIN)
