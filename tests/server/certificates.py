"""Authorities and certificates of a test's own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Authority:
    """One that signs; `file` is its certificate, in PEM."""

    file: Path
    key: EllipticCurvePrivateKey
    name: str

    @classmethod
    def made(cls, folder: Path, name: str) -> "Authority":
        key = generate_private_key(SECP256R1())
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{name}.crt"
        file.write_bytes(_signed(name, key, by=name, with_key=key, is_authority=True, days=30))
        return cls(file, key, name)

    def sign(self, folder: Path, *, host: str = "localhost", days: int = 30) -> Path:
        """A folder with `private.key` and `public.crt` for that host; of less than 0 days, they have expired."""
        key = generate_private_key(SECP256R1())
        folder.mkdir(parents=True, exist_ok=True)
        certificate = _signed(host, key, by=self.name, with_key=self.key, is_authority=False, days=days)
        (folder / "public.crt").write_bytes(certificate)
        (folder / "private.key").touch(mode=0o600)
        (folder / "private.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return folder


def _signed(
    host: str,
    key: EllipticCurvePrivateKey,
    *,
    by: str,
    with_key: EllipticCurvePrivateKey,
    is_authority: bool,
    days: int,
) -> bytes:
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(_named(host))
        .issuer_name(_named(by))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    )
    return built.sign(with_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
