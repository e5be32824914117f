"""Every setting, read once from the environment."""

import hmac
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRODUCTION_NEEDS = {
    "COOP_SECRET_KEY": "the secret that signs sessions: at least 32 random characters",
    "COOP_DATABASE_URL": "where the database is, for example postgresql+psycopg://coop@/coop",
    "COOP_BASE_URL": "the address members use, for example https://coop.example",
    "COOP_MAIL_URL": "how mail leaves, for example smtp://user:password@mail.example:587",
    "COOP_MAIL_FROM": "the address mail comes from",
}


@dataclass(frozen=True)
class Settings:
    """What this installation is told; `instance` says where database, secrets, files and mail live."""

    instance: Path
    production: bool
    demo: bool
    secret_key: str
    ballot_key: str  # what private keys of secret ballots are sealed with; never in the database
    database_url: str
    base_url: str
    mail_url: str
    mail_from: str
    proxies: int = 0  # trusted reverse proxies in front, whose word on the caller's address is taken

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    def for_flask(self) -> dict[str, Any]:
        """Return the same settings as Flask and its extensions name them."""
        on_sqlite = self.database_url.startswith("sqlite")
        return {
            "COOP": self,
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            # A connection for every thread that serves, and kept: PostgreSQL takes long to make one and to plan anew.
            "SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 30}, "pool_size": 40}
            if on_sqlite
            else {"pool_size": 12, "max_overflow": 8},
            "SESSION_COOKIE_NAME": "__Host-coop" if self.https else "coop",
            "SESSION_COOKIE_SECURE": self.https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "MAX_CONTENT_LENGTH": 16 * 1024 * 1024,
            "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
            "WTF_CSRF_TIME_LIMIT": None,  # a ballot left open overnight must not lose its vote
            "WTF_CSRF_SSL_STRICT": self.https,
            "BOOTSTRAP_SERVE_LOCAL": True,
        }


def read_settings(environment: dict[str, str] | None = None) -> Settings:
    """Read the environment; stops with a sentence that names a missing variable in production."""
    env = dict(os.environ) if environment is None else environment
    instance = Path(env.get("INSTANCE") or "instance").resolve()
    production = env.get("COOP_ENV") == "production"
    if production:
        for name, what in PRODUCTION_NEEDS.items():
            if not env.get(name):
                sys.exit(f"{name} is not set. In production it must hold {what}.")
        if len(env["COOP_SECRET_KEY"]) < 32:
            sys.exit("COOP_SECRET_KEY is too short: give it at least 32 random characters.")
        if 0 < len(env.get("COOP_BALLOT_KEY", "")) < 32:
            sys.exit("COOP_BALLOT_KEY is too short: give it at least 32 random characters, or leave it out.")
        if not env["COOP_BASE_URL"].startswith("https://"):
            sys.exit("COOP_BASE_URL must begin with https:// in production.")
    else:
        instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = env.get("PORT") or "5000"
    secret_key = env["COOP_SECRET_KEY"] if production else kept_secret(instance, "secret-key")
    return Settings(
        instance=instance,
        production=production,
        demo=not production and (env.get("DEMO") or "1") != "0",
        secret_key=secret_key,
        ballot_key=env.get("COOP_BALLOT_KEY")
        or (derived(secret_key, "coop ballot key") if production else kept_secret(instance, "ballot-key")),
        database_url=env.get("COOP_DATABASE_URL") or f"sqlite:///{instance / 'coop.db'}",
        base_url=(env.get("COOP_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        mail_url=env.get("COOP_MAIL_URL", ""),
        mail_from=env.get("COOP_MAIL_FROM") or "coop@localhost",
        proxies=int(env.get("COOP_PROXIES") or 0),
    )


def derived(secret: str, purpose: str) -> str:
    """Return another secret, made from one that is given; nothing leads back."""
    return hmac.digest(secret.encode(), purpose.encode(), "sha256").hex()


def kept_secret(instance: Path, name: str) -> str:
    """Return a secret kept in the instance folder, made at the first asking; readable by its owner only."""
    path = instance / "secrets" / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()
