"""Wire forms: JSON trees as XML and SOAP envelopes, driven by the tables. Needs the extra `soap` (lxml)."""

from tracekit.wire.reading import Reader, parse
from tracekit.wire.soap import Envelope, envelope, fault, opened, problem_of, version_of
from tracekit.wire.structure import Structure
from tracekit.wire.writing import Writer

__all__ = ["Envelope", "Reader", "Structure", "Writer", "envelope", "fault", "opened", "parse", "problem_of", "version_of"]
