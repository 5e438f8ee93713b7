"""The flat record as the peers know it: a pydantic model with every rule that a format can say, and a table."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from data import FIELDS, OPTIONAL
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1, max_length=120)]
Uscc = Annotated[str, Field(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")]
Batch = Annotated[str, Field(pattern=r"^B[0-9]{15}$")]
Price = Annotated[Decimal, Field(ge=0, max_digits=16, decimal_places=2)]


class Trade(BaseModel):
    """One flat trade."""

    model_config = ConfigDict(extra="forbid")

    record_id: Annotated[str, Field(pattern=r"^TR[0-9]{20}$")]
    record_type: Literal["purchase", "sale", "process"]
    biz_date: date
    created_at: AwareDatetime
    batch_no: Batch
    upstream_batch_no: Batch | None = None
    product_code: Annotated[str, Field(pattern=r"^[0-9]{14}$")]
    product_name: Text
    category_code: Annotated[str, Field(pattern=r"^[0-9]{9}$")]
    spec: Text
    quantity: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=3)]
    unit: Annotated[str, Field(max_length=8)]
    unit_price: Price
    amount: Price
    seller_uscc: Uscc
    seller_name: Text
    buyer_uscc: Uscc
    buyer_name: Text
    origin_code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    origin_name: Text
    vehicle_plate: Text
    operator: Text
    inspection_no: Annotated[str, Field(pattern=r"^JY[0-9]{11}$")] | None = None
    inspection_result: Literal["pass", "fail"]
    temperature_c: Annotated[Decimal, Field(ge=-80, le=80)]
    remark: Annotated[str, Field(max_length=500)] | None = None


COLUMNS = [*FIELDS, "channel"]
_TYPES = {
    "biz_date": "date",
    "created_at": "timestamptz",
    "quantity": "numeric(14,3)",
    "unit_price": "numeric(16,2)",
    "amount": "numeric(16,2)",
    "temperature_c": "numeric(5,1)",
}


def table(postgres: bool) -> str:
    """The peers' table: the record's id is its primary key."""
    columns = [
        f"{name} {_TYPES.get(name, 'text') if postgres else 'text'}"
        + (" primary key" if name == "record_id" else "" if name in OPTIONAL else " not null")
        for name in FIELDS
    ]
    return f"create table trade ({', '.join(columns)}, channel text)"
