"""Code schemes: one module a scheme, all of one shape, found by the id that stands before the colon of a ref.

Every scheme has `SCHEME NAME_ZH NAME_EN SOURCE` and `compact validate is_valid parse check_batch`. Those of the core
have two things more: `PATTERN`, and `registry` with `registry_batch`, which say `TK-CODE-003` (a warning) about a
valid code that no list knows. A finding code is `TK-CODE-001` for the form, `TK-CODE-002` for the check character.

>>> from tracekit import codes
>>> codes.get("uscc").is_valid("91350100M000100Y43")
True
>>> codes.get("node").check_batch(["370600004", "37060000X"])
[None, 'TK-CODE-001']
"""

from tracekit.codes._schemes import CodeScheme, get, registry_batch, schemes

__all__ = ["CodeScheme", "get", "registry_batch", "schemes"]
