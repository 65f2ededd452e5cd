"""TLS on the way to Neo4j: whose certificates are trusted, and why a server was not.

`bolt+s://` and `neo4j+s://` are with TLS, and the authorities of this machine are trusted, or the one of a file
alone. `+ssc` is with TLS to whoever answers: it keeps out who only listens, and nobody else.
"""

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graph.errors import SettingInvalid

LONGEST = 4_000_000
"Bytes of a file of certificates; what a system trusts altogether is a quarter of a million."
NOT_YET, EXPIRED = 9, 10
OTHER_NAME = (62, 64)
OTHER_AUTHORITY = (2, 18, 19, 20, 21)
"Codes of OpenSSL (X509_V_ERR_...) for why a certificate does not hold."
HANDSHAKE = "BoltSecurityError"
"What the driver raises where it comes to no TLS; it has no public name."
CLOSED = "handshake response"
"In what the driver says where a server ends the connection that early."
NO_TLS = (
    "what answers there speaks no TLS: if that Neo4j has none, INNERCIRCLE_NEO4J_URI begins with bolt:// or "
    "neo4j://; else see its server.bolt.tls_level, and the port"
)
WANTS_TLS = (
    "if that Neo4j takes TLS alone, INNERCIRCLE_NEO4J_URI begins with bolt+s:// or neo4j+s://; if it is starting, "
    "try again"
)


def secured(uri: str, authority: Path | None) -> tuple[str, dict[str, Any]]:
    """The address and what the driver is given with it, so that it trusts that authority and no other.

    authority: a file of one or more certificates in PEM, for an address with `+s`; None: the driver's own way.
    Raises SettingInvalid for a file that holds none.
    """
    if authority is None:
        return uri, {}
    # It asks for a certificate, and for the host's name in it. An authority below another may be the trusted one.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if not authority.expanduser().is_file():  # a device may never end
        raise SettingInvalid(f"INNERCIRCLE_NEO4J_CA_FILE={authority}: it is no file that can be read")
    try:
        with authority.expanduser().open("rb") as stream:
            context.load_verify_locations(cadata=stream.read(LONGEST).decode("ascii"))
    except (ssl.SSLError, ValueError) as error:  # a ValueError: it is no ASCII, or empty
        raise SettingInvalid(f"INNERCIRCLE_NEO4J_CA_FILE={authority}: it holds no certificate in PEM") from error
    except OSError as error:
        raise SettingInvalid(f"INNERCIRCLE_NEO4J_CA_FILE={authority}: {error.strerror or error}") from error
    scheme, _, rest = uri.partition("+s://")
    return f"{scheme}://{rest}", {"ssl_context": context}


def fault(error: BaseException) -> str | None:
    """What is wrong with the handshake of TLS that this came from, and what to do; None: it came from none.

    It is the same again however often it is tried. A connection that was lost later is no fault of TLS.
    """
    for each in _causes(error):
        if type(each).__name__ != HANDSHAKE:
            continue
        for cause in _causes(each):
            if isinstance(cause, ssl.SSLCertVerificationError):
                return _fault_of_certificate(cause)
            if isinstance(cause, ssl.SSLError):
                return NO_TLS
    return None


def hint(error: BaseException) -> str:
    """What may be wrong where a server ended the connection before it said which Bolt it speaks, else nothing."""
    return WANTS_TLS if any(CLOSED in str(each) for each in _causes(error)) else ""


def _fault_of_certificate(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in OTHER_NAME:
        return (
            f"the server's certificate is for another machine ({error.verify_message}): INNERCIRCLE_NEO4J_URI has "
            "to name the host as its certificate does"
        )
    if error.verify_code == EXPIRED:
        return "the server's certificate, or its authority's, has expired: give that Neo4j a new one"
    if error.verify_code == NOT_YET:
        return "the server's certificate does not hold yet: see that the clocks of both machines are right"
    if error.verify_code in OTHER_AUTHORITY:
        return (
            "no authority that is trusted here has signed the server's certificate: set INNERCIRCLE_NEO4J_CA_FILE "
            "to the certificate of the one that has"
        )
    return f"the server's certificate does not hold: {error.verify_message}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it came from, and what each of several came from."""
    if error is None:
        return
    yield error
    for each in getattr(error, "exceptions", ()):  # of a group: a router was asked at each of its addresses
        yield from _causes(each)
    yield from _causes(error.__cause__ or error.__context__)
