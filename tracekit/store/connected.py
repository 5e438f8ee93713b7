"""What the parts of a store share."""

from tracekit.store.backends import Backend
from tracekit.store.names import Names


class Connected:
    """A back end and the names it knows."""

    def __init__(self, back: Backend) -> None:
        self.back = back
        self.names = Names(back)
