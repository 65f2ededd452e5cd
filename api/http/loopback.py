"""Only this machine gets answers, until there can be tokens.

A rating tells how far a person can be relied on. While there is no key that signs tokens, and no issuer of them,
the service listens on a loopback address and on no other.
"""

import ipaddress
import socket
from functools import lru_cache

from graph.errors import SettingInvalid

WHY = (
    "nobody can have a token yet, and the service must not be open to a network: use 127.0.0.1, ::1 or localhost, "
    "or create a key first (`innercircle key create`)"
)


@lru_cache(maxsize=1_024)
def is_loopback(host: str) -> bool:
    """Whether the name can mean nothing but this machine: localhost, 127.0.0.0/8, ::1. No name is resolved."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int, *, anywhere: bool = False) -> socket.socket:
    """A socket that listens on a loopback address; port 0: any free one.

    anywhere: on any address of this machine, for there are tokens.
    Raises SettingInvalid saying why, for another address and for a port that cannot be had.
    """
    if not anywhere and not is_loopback(host):
        raise SettingInvalid(f"the API does not listen on {host!r}: {WHY}")
    # localhost is what the system says it is; this is the address that it should be.
    address = "127.0.0.1" if host.lower() == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listening = socket.create_server((address, port), family=family)
    except (OSError, ValueError) as error:  # a name that cannot be written for the network is a ValueError
        raise SettingInvalid(
            f"the API cannot listen on {url(address, port)}: {getattr(error, 'strerror', None) or error}; "
            "choose another port with --port or INNERCIRCLE_API_PORT (0: any free one)"
        ) from error
    # Connections inherit it. asyncio sets it only where a socket names its protocol, as this does not; an answer
    # in two parts would then wait 40 ms for the reader's delayed acknowledgement.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
