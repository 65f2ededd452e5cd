"""What /openapi.json says, made once for all the tests that read it: that takes 0.4 s."""

from typing import Any, Final

from api.app import create_app

DOCUMENT: Final[dict[str, Any]] = create_app().openapi()
