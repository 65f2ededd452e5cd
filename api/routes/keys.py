"""The public keys of the service, to check its signatures."""

from fastapi import APIRouter, Request

from api.openapi import responses
from api.schemas.keys import KeySet, PublicKey
from graph.errors import SettingInvalid
from graph.identity import Verifier

PLACE = 160
router = APIRouter(prefix="/v1/keys", tags=["service"])


@router.get("", summary="The public keys", responses=responses(SettingInvalid))
def list_keys(request: Request) -> KeySet:
    """The public keys that tokens and reports of this service are signed with, as a JWK set (RFC 7517).

    Nothing that a revoked key signed holds, whatever its date.
    """
    verifier: Verifier = request.app.state.verifier
    return KeySet(keys=[PublicKey.model_validate(key.jwk()) for key in verifier.ring.all()])
