"""The page's two pictures, as places of boxes and lines; the template draws them."""

from dataclasses import dataclass, field

from tracekit.testing.demo.figures import Outcome, Row
from tracekit.testing.demo.texts import Texts

BOX_WIDTH, BOX_HEIGHT = 226, 62
WIDTH = 760
STEP = 88
LANE = 300
TOP = 46
GAP = 92
LONGEST = 36
INSET = 40
EVENT = 84
"""How much wider the box of an event is than that of a platform."""
HELD = (("total", "valid"), ("problem", "backfilled"))


@dataclass(frozen=True)
class Box:
    """A box with a heading and lines; `tone` is its class in the style sheet."""

    x: int
    y: int
    head: str
    lines: tuple[str, ...]
    tone: str = ""
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT


@dataclass(frozen=True)
class Line:
    """A line between two boxes with what stands beside it."""

    x1: int
    y1: int
    x2: int
    y2: int
    label: str
    tone: str = ""

    @property
    def middle(self) -> tuple[int, int]:
        """Where the label stands."""
        return (self.x1 + self.x2) // 2, (self.y1 + self.y2) // 2


@dataclass
class Picture:
    """A drawing's size, boxes and lines; `lanes` are columns with a heading each: (x, width, name)."""

    width: int
    height: int
    boxes: list[Box] = field(default_factory=list[Box])
    lines: list[Line] = field(default_factory=list[Line])
    lanes: list[tuple[int, int, str]] = field(default_factory=list[tuple[int, int, str]])


def country(outcome: Outcome, texts: Texts) -> Picture:
    """The platforms as a tree with what each holds, and the statement of every link."""
    rows = {one["code"]: one for one in outcome.platforms}
    cities = sorted((one for one in rows.values() if one["level"] == "city"), key=lambda one: list(rows).index(one["parent"]))
    places = {one["code"]: 8 + at * (BOX_WIDTH + 33) for at, one in enumerate(cities)}
    for level in ("province", "nation"):
        for one in rows.values():
            if one["level"] == level:
                below = [places[code] for code, row in rows.items() if row["parent"] == one["code"]]
                places[one["code"]] = sum(below) // len(below)
    depth = {"nation": 0, "province": 1, "city": 2}
    picture = Picture(WIDTH, 3 * BOX_HEIGHT + 2 * GAP + 16)
    for code, one in rows.items():
        lines = tuple(" · ".join(f"{texts[name]} {one[name]:,}" for name in pair) for pair in HELD)
        y = 8 + depth[one["level"]] * (BOX_HEIGHT + GAP)
        picture.boxes.append(Box(places[code], y, one["name"], lines, one["level"]))
    tops = {box.head: box for box in picture.boxes}
    for link in outcome.statements:
        low, up = tops[rows[link["lower"]]["name"]], tops[rows[link["upper"]]["name"]]
        sign = "=" if link["equal"] else "≠"
        broken = link["lower"] == outcome.broken_line.lower
        label = f"{link['records']:,} {sign} {link['above']:,}" + (" ⚡" if broken else "")
        x1, x2 = low.x + BOX_WIDTH // 2, up.x + BOX_WIDTH // 2
        picture.lines.append(Line(x1, low.y, x2, up.y + BOX_HEIGHT, label, "broken" if broken else ""))
    return picture


def chain(trace: Row, outcome: Outcome, texts: Texts) -> Picture:
    """The way of one till slip, from the certificate down to the till, each city in a lane of its own."""
    names = {one["code"]: one["name"] for one in outcome.platforms}
    steps = list(reversed(trace["steps"]))
    lanes = list(dict.fromkeys(one["city"] for one in steps))
    width = max(2 * LANE, LANE * len(lanes)) + 100
    picture = Picture(width, TOP + STEP * len(steps))
    for at, lane in enumerate(lanes):
        picture.lanes.append((at * width // len(lanes), width // len(lanes), names[lane]))
    for at, step in enumerate(steps):
        lane_x, lane_width, _ = picture.lanes[lanes.index(step["city"])]
        paper = next((one["ref"] for one in step["documents"] if one.get("direction") == "out"), "")
        when = step["time"].removesuffix("+08:00").replace("T", " ")
        lines = (step["enterprise"], paper or when)
        tone = "first" if at == 0 else "last" if at == len(steps) - 1 else ""
        head = f"{texts.pick(step['kind_zh'], step['kind_en'])}  {when[5:]}"
        wide = BOX_WIDTH + EVENT
        picture.boxes.append(Box(lane_x + (lane_width - wide) // 2, TOP + at * STEP, head, lines, tone, width=wide))
    for at, (upper, lower) in enumerate(zip(picture.boxes, picture.boxes[1:], strict=False)):
        edge = steps[at].get("edge", {})
        label = _joined_by(edge)
        crosses = upper.x != lower.x
        label = f"{texts['border']} · {label}" if crosses and steps[at]["province"] != steps[at + 1]["province"] else label
        tone, middle = ("border", upper.width // 2) if crosses else ("", INSET)
        picture.lines.append(Line(upper.x + middle, upper.y + upper.height, lower.x + middle, lower.y, label, tone))
    return picture


def _joined_by(edge: Row) -> str:
    """What joined two events: the number on the paper, or the name of the rung where the key is long."""
    key = str(edge.get("key", ""))
    return key if 0 < len(key) <= LONGEST else str(edge.get("rung", ""))
