"""Where the service answers, kept in the home while it does: a link, and `status`, name that address.

`serve` may be given another host or port than the settings have, or any free port: the actual address is noted.
"""

import http.client
import ipaddress
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from api.http.loopback import url
from graph.server import home
from graph.settings import Settings

FILE = "serving.json"
SECONDS = 3
"So long to wait for a busy service; an address at which nothing listens refuses at once."


@contextmanager
def noted(settings: Settings, host: str, port: int) -> Iterator[None]:
    """While the block runs, the address stands in the home; a home that cannot be written stops no service."""
    file = _file(settings)
    text = json.dumps({"url": url(_reachable(host), port), "pid": os.getpid()})
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        home.put(file, text, mode=0o600)
    try:
        yield
    finally:
        with suppress(OSError, ValueError):
            if file.read_text(encoding="utf-8") == text:  # and not that of a service that came later
                file.unlink()


def address(settings: Settings) -> str | None:
    """The URL of the service that runs, or of the one that the settings would start; None: on any free port."""
    here = url(_reachable(settings.api_host), settings.api_port) if settings.api_port else None
    return running(settings) or here


def running(settings: Settings) -> str | None:
    """The URL at which the service of this home answers; None where none does."""
    try:
        told = json.loads(_file(settings).read_text(encoding="utf-8"))["url"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return told if isinstance(told, str) and lives(told) else None


def lives(address: str) -> bool:
    """Whether our API answers at that URL."""
    # http.client, because urllib would go through a proxy that the environment names
    try:
        at = urlsplit(address)
        web = http.client.HTTPConnection(at.hostname or "", at.port, timeout=SECONDS)
    except (ValueError, http.client.HTTPException):
        return False
    try:
        web.request("GET", "/livez")
        return bool(json.loads(web.getresponse().read()) == {"status": "alive"})
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        web.close()


def _file(settings: Settings) -> Path:
    return home.locate(settings) / FILE


def _reachable(host: str) -> str:
    """The host; of all addresses of this machine, one that a browser can be sent to."""
    with suppress(ValueError):
        if (every := ipaddress.ip_address(host)).is_unspecified:
            return "127.0.0.1" if every.version == 4 else "::1"
    return host
