"""Addresses that settings name: checked before any library is given one."""

import ipaddress
import re
from urllib.parse import urlsplit

NEO4J_SCHEMES = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")
_PLACE = re.compile(r"(\[[^]]+\]|[^][:]+)(:[0-9]{1,5})?")
_NAME = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")


def is_host(text: str) -> bool:
    """A name of a machine, or an IPv4 or IPv6 address without brackets. No name is resolved."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        try:
            plain = text.encode("idna").decode()  # a resolver does so first
        except UnicodeError:
            return False
        return len(plain) <= 253 and all(map(_NAME.fullmatch, plain.removesuffix(".").split(".")))
    return True


def fault_of_neo4j(uri: str) -> str | None:
    """What is wrong with the address of a Neo4j; None: nothing."""
    scheme, colon, _ = uri.partition("://")
    if not colon or scheme not in NEO4J_SCHEMES:
        return f"it begins with one of {', '.join(f'{each}://' for each in NEO4J_SCHEMES)}"
    return _fault(uri, query=scheme.startswith("neo4j"))


def fault_of_web(url: str) -> str | None:
    """What is wrong with the address of something on the web; None: nothing."""
    if not url.startswith(("http://", "https://")):
        return "it begins with https:// or http://"
    return _fault(url, path=True)


def is_safe(address: str) -> bool:
    """https, or http that does not leave this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    try:
        return parts.scheme == "http" and ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _fault(address: str, *, path: bool = False, query: bool = False) -> str | None:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        return f"{error}"
    if "@" in parts.netloc:
        return "it names no user and no password: they have settings of their own"
    if not is_host(host):
        return f"{host!r} is no name or address of a machine" if host else "it names no machine"
    if port == 0 or not _PLACE.fullmatch(parts.netloc):
        return "a port is a number from 1 to 65535"
    if (parts.path not in ("", "/") and not path) or (parts.query and not query) or parts.fragment:
        return "it ends with the machine and the port"
    return None
