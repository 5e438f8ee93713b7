"""WSDL 1.1 of the SOAP binding: document/literal, SOAP 1.1 and 1.2, all types inside, so that nothing is fetched to read it."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tracekit.spec.parts import NAMESPACE, Action
from tracekit.spec.sets import Kind
from tracekit.spec.write_schema import NOT_OFFICIAL
from tracekit.spec.write_xsd import Node, interface, put, text_of

HTTP = "http://schemas.xmlsoap.org/soap/http"


class Version(NamedTuple):
    """One version of SOAP: the prefix of its binding, the namespaces of binding and envelope, and its media type."""

    prefix: str
    binding: str
    envelope: str
    media: str


VERSIONS = (
    Version("soap", "http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/soap/envelope/", "text/xml"),
    Version("soap12", "http://schemas.xmlsoap.org/wsdl/soap12/", "http://www.w3.org/2003/05/soap-envelope", "application/soap+xml"),
)


def wsdl(actions: Iterable[Action], kinds: Iterable[Kind], address: str) -> str:
    """The description of the interface with the records of these kinds, at an address."""
    offered = list(actions)
    names = {"xmlns:wsdl": "http://schemas.xmlsoap.org/wsdl/", "xmlns:tk": NAMESPACE, "targetNamespace": NAMESPACE, "name": "tracekit"}
    root = ET.Element("wsdl:definitions", names | {f"xmlns:{one.prefix}": one.binding for one in VERSIONS})
    put(root, "wsdl:documentation").text = NOT_OFFICIAL
    put(root, "wsdl:types").append(interface(offered, kinds, strict=True))
    for name in ("problem", *(f"{action.name}{end}" for action in offered for end in ("", "Response"))):
        put(put(root, "wsdl:message", name=name), "wsdl:part", name="body", element=f"tk:{name}")
    _port_type(root, offered)
    for version in VERSIONS:
        _binding(root, version, offered)
    service = put(root, "wsdl:service", name="tracekit")
    for version in VERSIONS:
        port = put(service, "wsdl:port", name=version.prefix, binding=f"tk:{version.prefix}")
        put(port, f"{version.prefix}:address", location=address)
    return text_of(root)


def _port_type(root: Node, actions: Iterable[Action]) -> None:
    port_type = put(root, "wsdl:portType", name="tracekit")
    for action in actions:
        operation = put(port_type, "wsdl:operation", name=action.name)
        put(operation, "wsdl:documentation").text = action.title
        put(operation, "wsdl:input", message=f"tk:{action.name}")
        put(operation, "wsdl:output", message=f"tk:{action.name}Response")
        put(operation, "wsdl:fault", name="problem", message="tk:problem")


def _binding(root: Node, version: Version, actions: Iterable[Action]) -> None:
    binding = put(root, "wsdl:binding", name=version.prefix, type="tk:tracekit")
    put(binding, f"{version.prefix}:binding", style="document", transport=HTTP)
    for action in actions:
        operation = put(binding, "wsdl:operation", name=action.name)
        put(operation, f"{version.prefix}:operation", soapAction=f"{NAMESPACE}#{action.name}", style="document")
        for way in ("wsdl:input", "wsdl:output"):
            put(put(operation, way), f"{version.prefix}:body", use="literal")
        put(put(operation, "wsdl:fault", name="problem"), f"{version.prefix}:fault", name="problem", use="literal")
