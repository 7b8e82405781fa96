"""Every setting, read once from `COUNTERSIGN_*` variables. Each is described in docs/operating.md."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from infra import faults
from infra.errors import SettingsError
from infra.models import FORMS, RULEBOOK, is_model

PREFIX = "COUNTERSIGN_"


def _postgres_url(value: str) -> str:
    if not re.match(r"postgres(ql)?://\S+$", value):
        raise ValueError("must be an address such as postgresql://user@host:5432/countersign")
    return value


def _store_url(value: str) -> str:
    if not re.match(r"(file:///.+|s3://[a-z0-9][a-z0-9.-]+(/\S*)?)$", value):
        raise ValueError("must be file:///folder or s3://bucket/prefix")
    return value.rstrip("/")


def _http_url(value: str) -> str:
    if not re.match(r"https?://[^\s/]+(/\S*)?$", value):
        raise ValueError("must be an address such as https://countersign.example.com")
    return value.rstrip("/")


def _model(value: str) -> str:
    if not is_model(value):
        raise ValueError(f"must be {FORMS}")
    return value


def _fallback_models(value: tuple[str, ...]) -> tuple[str, ...]:
    for model in value:
        if not is_model(model):
            raise ValueError(f"each must be {FORMS}")
    if RULEBOOK in value[:-1]:
        raise ValueError("`rulebook` always answers, so nothing can come after it")
    if len(set(value)) < len(value):
        raise ValueError("names a model twice")
    return value


def _words(value: object) -> object:
    return tuple(filter(None, re.split(r"[\s,]+", value))) if isinstance(value, str) else value


def _printable(value: SecretStr) -> SecretStr:
    if not re.match(r"[!-~]+$", value.get_secret_value()):
        raise ValueError("must be one or more printable ASCII characters without spaces")
    return value


def _absolute(value: Path) -> Path:
    return value.expanduser().resolve()


PostgresUrl = Annotated[str, AfterValidator(_postgres_url)]
StoreUrl = Annotated[str, AfterValidator(_store_url)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]
Secret = Annotated[SecretStr, AfterValidator(_printable)]


class Settings(BaseSettings):
    """Frozen, and built from an explicit mapping only, so that two of them can live in one process."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: PostgresUrl | None = Field(default=None, repr=False)
    direct_database_url: PostgresUrl | None = Field(default=None, repr=False)
    data_dir: Annotated[Path, AfterValidator(_absolute)] = Field(default=Path(".countersign"), validate_default=True)
    host: Annotated[str, Field(pattern=r"^\S+$")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8700
    public_url: HttpUrl | None = None
    artifacts: StoreUrl | None = None
    quarantine: StoreUrl | None = None
    model: Annotated[str, AfterValidator(_model)] = RULEBOOK
    fallback_models: Annotated[tuple[str, ...], BeforeValidator(_words), AfterValidator(_fallback_models)] = ()
    require_sandbox: bool = False
    approval_hours: Annotated[int, Field(ge=1, le=24 * 365)] = 24 * 7
    bootstrap_key: Secret | None = None
    worker_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    worker_concurrency: Annotated[int, Field(ge=1, le=256)] = 10
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    fsync: bool = True

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

    @property
    def dsn(self) -> str:
        """Where Postgres is. Raises SettingsError where no address was set."""
        if self.database_url is None:
            raise SettingsError(
                "COUNTERSIGN_DATABASE_URL is not set: set it to a postgresql:// address, or run `countersign up`."
            )
        return self.database_url

    @property
    def direct_dsn(self) -> str:
        """Past a pooler, for listening, jobs and migrations."""
        return self.direct_database_url or self.dsn

    @property
    def pooled(self) -> bool:
        """Whether a transaction-level pooler may stand between, as `direct_database_url` says where it is set."""
        return self.direct_database_url is not None

    @property
    def base_url(self) -> str:
        """Where a browser finds the console, without a closing slash."""
        return self.public_url or f"http://{self.host}:{self.port}"

    @property
    def artifacts_url(self) -> str:
        return self.artifacts or (self.data_dir / "artifacts").as_uri()

    @property
    def quarantine_url(self) -> str:
        return self.quarantine or (self.data_dir / "quarantine").as_uri()

    @property
    def models(self) -> tuple[str, ...]:
        """In the order in which they are asked."""
        return (self.model, *self.fallback_models)


def load_settings(environ: Mapping[str, str], **overrides: object) -> Settings:
    """The settings in `environ`, an empty one counting as unset; `overrides` come from the command line.

    Raises SettingsError, whose one line names the variable and what to do.
    """
    given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    for name in given:
        _refuse_unknown(name)
    values: dict[str, object] = {name.removeprefix(PREFIX).lower(): value for name, value in given.items() if value}
    values.update({name: value for name, value in overrides.items() if value is not None})
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        # Neither the value nor pydantic's link to it: the first may be a secret, the second is noise to an operator.
        first = error.errors(include_input=False, include_url=False)[0]
        reason = faults.reason(first).removesuffix(".")
        name = variable(str(first["loc"][0]))
        raise SettingsError(f"{name}: {reason[:1].lower()}{reason[1:]}. Correct it, or unset it.") from None
    if settings.model in settings.fallback_models or (settings.model == RULEBOOK and settings.fallback_models):
        raise SettingsError(
            f"COUNTERSIGN_FALLBACK_MODELS: {settings.model} is COUNTERSIGN_MODEL already"
            f"{', and always answers' if settings.model == RULEBOOK else ''}. Correct it, or unset it."
        )
    return settings


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def _refuse_unknown(name: str) -> None:
    known = [field.upper() for field in Settings.model_fields]
    if name.removeprefix(PREFIX) not in known:
        near = difflib.get_close_matches(name.removeprefix(PREFIX).upper(), known, n=1)
        remedy = f"did you mean {PREFIX}{near[0]}?" if near else "unset it; docs/operating.md lists every setting."
        raise SettingsError(f"{name} is not a setting: {remedy}")
