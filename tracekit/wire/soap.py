"""SOAP envelopes of both versions, and faults that carry a problem document."""

from typing import NamedTuple

from tracekit.spec.parts import NAMESPACE, problem_parts
from tracekit.spec.write_wsdl import VERSIONS, Version
from tracekit.wire._xml import Element, Tree, etree
from tracekit.wire.reading import Reader, parse
from tracekit.wire.writing import Writer, is_sayable

OLD, NEW = VERSIONS
SIDES = {OLD: {"sender": "Client", "receiver": "Server"}, NEW: {"sender": "Sender", "receiver": "Receiver"}}
OWN_CODES = {"TK-DOCK-141": "MustUnderstand", "TK-DOCK-142": "VersionMismatch"}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_BARE_READER, _BARE_WRITER = Reader({}), Writer({})


class Envelope(NamedTuple):
    """An opened envelope: its version, the element in its body, and the headers that must be understood."""

    version: Version
    content: Element
    due: tuple[str, ...]


def version_of(media: str) -> Version:
    """The version that a content type stands for; SOAP 1.1 where it says nothing."""
    return NEW if media.partition(";")[0].strip().lower() == NEW.media else OLD


def opened(body: bytes) -> Envelope:
    """The content of an envelope.

    Raises:
        ValueError: not well-formed, or its body holds anything but one element.
        LookupError: an envelope of no known version.
    """
    root = parse(body)
    version = next((one for one in VERSIONS if root.tag == f"{{{one.envelope}}}Envelope"), None)
    if version is None:
        raise LookupError(str(root.tag))
    space = f"{{{version.envelope}}}"
    holder = root.find(f"{space}Body")
    if holder is None or len(holder) != 1:
        raise ValueError("the body of the envelope holds exactly one element")
    header = root.find(f"{space}Header")
    due = [str(one.tag) for one in (header if header is not None else ()) if one.get(f"{space}mustUnderstand") in ("1", "true")]
    return Envelope(version, holder[0], tuple(due))


def envelope(content: Element, version: Version) -> bytes:
    """The bytes of an envelope around an element."""
    root = etree.Element(f"{{{version.envelope}}}Envelope", nsmap={version.prefix: version.envelope})
    etree.SubElement(root, f"{{{version.envelope}}}Body").append(content)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def fault(problem: Tree, version: Version, language: str) -> bytes:
    """The fault of a problem document, which stands whole in its detail."""
    space = f"{{{version.envelope}}}"
    code = OWN_CODES.get(problem["code"]) or SIDES[version][problem["side"]]
    title = problem["title"] if is_sayable(problem["title"]) else ascii(problem["title"])
    root = etree.Element(f"{space}Fault", nsmap={version.prefix: version.envelope})
    if version is OLD:
        etree.SubElement(root, "faultcode").text = f"{version.prefix}:{code}"
        etree.SubElement(root, "faultstring").text = title
        detail = etree.SubElement(root, "detail")
    else:
        etree.SubElement(etree.SubElement(root, f"{space}Code"), f"{space}Value").text = f"{version.prefix}:{code}"
        reason = etree.SubElement(etree.SubElement(root, f"{space}Reason"), f"{space}Text")
        reason.text, reason.attrib[_XML_LANG] = title, language
        detail = etree.SubElement(root, f"{space}Detail")
    detail.append(_BARE_WRITER.write("problem", problem_parts(), problem))
    return envelope(root, version)


def problem_of(content: Element) -> Tree | None:
    """The problem document of a fault; None where the element is no fault, and empty where a fault carries none."""
    if content.tag not in {f"{{{one.envelope}}}Fault" for one in VERSIONS}:
        return None
    found = next(content.iter(f"{{{NAMESPACE}}}problem"), None)
    return {} if found is None else _BARE_READER.read(problem_parts(), found)
