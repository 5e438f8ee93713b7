"""What the operations of one platform work with, made once when the server starts."""

from dataclasses import dataclass, field

from tracekit.platform.office import Office
from tracekit.platform.reception import Reception
from tracekit.platform.tokens import Tokens


@dataclass
class Desk:
    """An office with its reception and its tokens."""

    office: Office
    reception: Reception = field(init=False)
    tokens: Tokens = field(init=False)

    def __post_init__(self) -> None:
        self.reception = Reception(self.office)
        self.tokens = Tokens(self.office.setup)
