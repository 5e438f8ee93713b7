"""Numbers of the synthetic world: well-formed, counted per issuer, and plainly made up."""

from collections import defaultdict
from datetime import date

from tracekit.codes import uscc


class Numbers:
    """Counts up within each issuer, as the deployed systems do; the same calls give the same numbers."""

    def __init__(self) -> None:
        self._next: dict[str, int] = defaultdict(int)

    def next(self, issuer: str) -> int:
        """The issuer's next serial, from 1."""
        self._next[issuer] += 1
        return self._next[issuer]

    def credit_code(self, area: str) -> str:
        """A 统一社会信用代码 with a right check character: the organisation part begins with MA0 and a serial."""
        head = f"91{area}MA0{self.next('uscc'):06d}"
        return next(head + one for one in uscc.ALPHABET if uscc.is_valid(head + one))

    def node(self, area: str) -> str:
        """A 节点编码: area and a serial of three digits."""
        return f"{area}{self.next(f'node {area}'):03d}"

    def merchant(self, node: str) -> str:
        """A 经营者编码 at a node."""
        return f"{node}{self.next(f'merchant {node}'):04d}"

    def slip(self, merchant: str) -> str:
        """A 交易凭证号 of a seller."""
        return f"{merchant}{self.next(f'slip {merchant}'):07d}"

    def batch(self, node: str) -> str:
        """A 进货批次号 of a node."""
        return f"{node}{self.next(f'batch {node}'):07d}"

    def origin_lot(self, node: str, day: date) -> str:
        """A 种养殖批次号 of a farm on a day."""
        return f"{node}{day:%y%m%d}{self.next(f'lot {node} {day}'):05d}"

    def card(self, node: str) -> str:
        """A 流通服务卡 number that a market gave out."""
        return f"{node}{self.next(f'card {node}'):04d}"

    def paper(self, issuer: str, letters: str = "") -> str:
        """A number of a certificate: letters, issuer and a serial."""
        return f"{letters}{issuer}{self.next(f'paper {letters} {issuer}'):06d}"
