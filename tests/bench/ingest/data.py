"""Trade records as flat JSON lines of 26 fields, the same bytes for the same seed; what every side of the benchmark loads.

An upstream batch is one sold shortly before, so that events join as they do in trade.
"""

import argparse
import random
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson

FIELDS = [
    "record_id",
    "record_type",
    "biz_date",
    "created_at",
    "batch_no",
    "upstream_batch_no",
    "product_code",
    "product_name",
    "category_code",
    "spec",
    "quantity",
    "unit",
    "unit_price",
    "amount",
    "seller_uscc",
    "seller_name",
    "buyer_uscc",
    "buyer_name",
    "origin_code",
    "origin_name",
    "vehicle_plate",
    "operator",
    "inspection_no",
    "inspection_result",
    "temperature_c",
    "remark",
]
OPTIONAL = {"upstream_batch_no", "inspection_no", "remark"}
UNITS = {"千克": "kg", "箱": "box", "袋": "bag", "头": "head", "件": "piece"}
TYPES = ("purchase", "sale", "process")
RESULTS = ("pass", "fail")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_GOODS = ("鲜猪肉后腿", "带骨羊排", "上海青", "红富士苹果", "三文鱼中段", "鸡蛋", "鲜牛奶", "大米", "烤鸭坯", "黄豆酱油")
_AREAS = (("110115", "北京市大兴区"), ("370783", "山东省寿光市"), ("152502", "锡林浩特市"), ("510116", "成都市双流区"))


def uscc(rng: random.Random) -> str:
    """A credit code that passes its check and belongs to nobody."""
    body = "91" + rng.choice(_AREAS)[0] + "".join(rng.choices(_ALPHABET, k=9))
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _ALPHABET[-total % 31]


def gtin(rng: random.Random) -> str:
    """A GTIN-14 with a true check digit."""
    body = "069" + "".join(rng.choices("0123456789", k=10))
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return body + str(-total % 10)


def plain(value: int, digits: int) -> str:
    """A decimal as the wire writes it: no needless zeros."""
    text = f"{value / 10**digits:.{digits}f}"
    return text.rstrip("0").rstrip(".")


def generate(n: int, seed: int = 11) -> Iterator[dict[str, Any]]:
    """Yield n records."""
    rng = random.Random(seed)
    parties = [(uscc(rng), f"示范商户{i:04d}") for i in range(2000)]
    products = [(gtin(rng), rng.choice(_GOODS), "0" + "".join(rng.choices("0123456789", k=8))) for _ in range(500)]
    start = datetime(2026, 1, 1, 6, tzinfo=timezone(timedelta(hours=8)))
    recent: list[str] = []
    for i in range(n):
        seller, buyer, product, area = rng.choice(parties), rng.choice(parties), rng.choice(products), rng.choice(_AREAS)
        quantity, price = rng.randint(100, 9_999_999), rng.randint(50, 99_999)
        at = start + timedelta(milliseconds=i * 137)
        batch = f"B{at:%y%m%d}{i:09d}"
        yield {
            "record_id": f"TR{at:%Y%m%d}{i:012d}",
            "record_type": rng.choice(TYPES),
            "biz_date": f"{at:%Y-%m-%d}",
            "created_at": at.isoformat(timespec="milliseconds"),
            "batch_no": batch,
            "upstream_batch_no": rng.choice(recent) if recent and rng.random() < 0.8 else None,
            "product_code": product[0], "product_name": product[1], "category_code": product[2],
            "spec": f"{rng.randint(1, 50)}千克/箱",
            "quantity": plain(quantity, 3), "unit": rng.choice(tuple(UNITS)),
            "unit_price": plain(price, 2), "amount": plain((quantity * price + 500) // 1000, 2),
            "seller_uscc": seller[0], "seller_name": seller[1], "buyer_uscc": buyer[0], "buyer_name": buyer[1],
            "origin_code": area[0], "origin_name": area[1],
            "vehicle_plate": f"京A{rng.randint(0, 99999):05d}", "operator": f"经办人{rng.randint(1, 60):02d}",
            "inspection_no": f"JY{rng.randint(0, 10**10):011d}" if rng.random() < 0.6 else None,
            "inspection_result": rng.choice(RESULTS),
            "temperature_c": plain(rng.randint(-250, 80), 1),
            "remark": "冷链运输，全程温控，随车检疫证明齐全。" if rng.random() < 0.3 else None,
        }  # fmt: skip
        recent.append(batch)
        if len(recent) > 5000:
            recent = recent[-2500:]


def write(path: Path, n: int, seed: int = 11) -> None:
    """Write the records as JSON lines; absent where null."""
    with path.open("wb") as file:
        for record in generate(n, seed):
            file.write(orjson.dumps({k: v for k, v in record.items() if v is not None}) + b"\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("n", type=int)
    arguments = parser.parse_args()
    write(arguments.path, arguments.n)
