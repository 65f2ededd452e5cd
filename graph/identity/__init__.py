"""Identity: tokens of our own, signed with keys in the home, and tokens of a configured OpenID Connect issuer."""

from graph.identity.keys import Key, Keyring
from graph.identity.principal import Principal, Role
from graph.identity.verifying import Verifier

__all__ = ["Key", "Keyring", "Principal", "Role", "Verifier"]
