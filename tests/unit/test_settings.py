"""Each setting is documented, typed, and refused in one line that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.errors import SettingsError
from infra.settings import Settings, load_settings, variable

ROOT = Path(__file__).parents[2]
DATABASE = "postgresql://countersign:hunter2@db:5432/countersign"


def refusal(**environ: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(environ)
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    table = re.findall(r"^\| `(COUNTERSIGN_\w+)` \|", (ROOT / "docs/operating.md").read_text(), re.MULTILINE)
    assert sorted(table) == sorted(variable(field) for field in Settings.model_fields)


def test_documented_defaults_are_the_defaults() -> None:
    rows = re.findall(r"^\| `COUNTERSIGN_(\w+)` \| `(\S+)` \|", (ROOT / "docs/operating.md").read_text(), re.MULTILINE)
    documented = {name: value for name, value in rows if name not in ("DATA_DIR", "PUBLIC_URL")}
    assert len(documented) >= 7
    given = load_settings({f"COUNTERSIGN_{name}": value for name, value in documented.items()})
    assert given == load_settings({})


def test_defaults() -> None:
    settings = load_settings({"HOME": "/nowhere", "LANGCHAIN_API_KEY": "x"})
    assert settings.data_dir == Path.cwd() / ".countersign"
    assert settings.base_url == "http://127.0.0.1:8700"
    assert settings.artifacts_url == settings.data_dir.as_uri() + "/artifacts"
    assert settings.quarantine_url == settings.data_dir.as_uri() + "/quarantine"
    assert (settings.model, settings.fallback_models, settings.require_sandbox) == ("rulebook", (), False)
    assert (settings.database_url, settings.bootstrap_key, settings.fsync) == (None, None, True)


def test_what_is_set_holds(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "COUNTERSIGN_DATABASE_URL": DATABASE,
            "COUNTERSIGN_DATA_DIR": str(tmp_path),
            "COUNTERSIGN_PORT": "9000",
            "COUNTERSIGN_ARTIFACTS": "s3://bucket/prefix/",
            "COUNTERSIGN_QUARANTINE": "file:///var/quarantine",
            "COUNTERSIGN_REQUIRE_SANDBOX": "1",
            "COUNTERSIGN_BOOTSTRAP_KEY": "open-sesame",
            "COUNTERSIGN_PUBLIC_URL": "https://countersign.example.com/",
        }
    )
    assert (settings.dsn, settings.direct_dsn) == (DATABASE, DATABASE)
    assert (settings.data_dir, settings.port) == (tmp_path, 9000)
    assert (settings.artifacts_url, settings.quarantine_url) == ("s3://bucket/prefix", "file:///var/quarantine")
    assert settings.require_sandbox is True
    assert settings.bootstrap_key is not None
    assert settings.bootstrap_key.get_secret_value() == "open-sesame"
    assert settings.base_url == "https://countersign.example.com"


def test_the_direct_address_is_for_what_a_pooler_cannot_carry() -> None:
    direct = "postgresql://db-direct/countersign"
    settings = load_settings({"COUNTERSIGN_DATABASE_URL": DATABASE, "COUNTERSIGN_DIRECT_DATABASE_URL": direct})
    assert (settings.dsn, settings.direct_dsn) == (DATABASE, direct)


def test_an_empty_setting_is_unset_and_the_command_line_stands_above() -> None:
    assert load_settings({"COUNTERSIGN_PORT": "", "COUNTERSIGN_DATABASE_URL": ""}) == load_settings({})
    assert load_settings({"COUNTERSIGN_PORT": "9000"}, port=9001, data_dir=None).port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://user:hunter2@db"),
        ("DIRECT_DATABASE_URL", "db:5432"),
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PUBLIC_URL", "countersign.example.com"),
        ("ARTIFACTS", "/var/artifacts"),
        ("ARTIFACTS", "s3://"),
        ("QUARANTINE", "https://bucket"),
        ("MODEL", "openai"),
        ("MODEL", "openai:"),
        ("MODEL", "nonsense:gpt"),
        ("FALLBACK_MODELS", "ollama:one,two"),
        ("FALLBACK_MODELS", "ollama:one,ollama:one"),
        ("FALLBACK_MODELS", "rulebook,ollama:one"),
        ("REQUIRE_SANDBOX", "perhaps"),
        ("APPROVAL_HOURS", "0"),
        ("BOOTSTRAP_KEY", "hunter2 with spaces"),
        ("WORKER_CONCURRENCY", "0"),
        ("WORKER_PORT", "0"),
        ("LOG_LEVEL", "loud"),
        ("FSYNC", "maybe"),
    ],
)
def test_a_malformed_setting_is_named_in_one_line_that_keeps_secrets(name: str, value: str) -> None:
    line = refusal(**{f"COUNTERSIGN_{name}": value})
    assert re.fullmatch(rf"COUNTERSIGN_{name}: \S.*\. Correct it, or unset it\.", line)
    assert "hunter2" not in line


def test_an_unknown_setting_is_named_with_the_nearest_one() -> None:
    assert refusal(COUNTERSIGN_PROT="1") == "COUNTERSIGN_PROT is not a setting: did you mean COUNTERSIGN_PORT?"
    assert refusal(COUNTERSIGN_port="1") == "COUNTERSIGN_port is not a setting: did you mean COUNTERSIGN_PORT?"
    assert refusal(COUNTERSIGN_XYZZY="1") == (
        "COUNTERSIGN_XYZZY is not a setting: unset it; docs/operating.md lists every setting."
    )


def test_models_are_asked_in_the_order_of_the_settings() -> None:
    settings = load_settings(
        {
            "COUNTERSIGN_MODEL": "anthropic:claude-x",
            "COUNTERSIGN_FALLBACK_MODELS": "openai:gpt-y, ollama:a/b:7b,rulebook",
        }
    )
    assert settings.models == ("anthropic:claude-x", "openai:gpt-y", "ollama:a/b:7b", "rulebook")


def test_a_model_is_no_fallback_of_its_own() -> None:
    assert refusal(COUNTERSIGN_MODEL="ollama:one", COUNTERSIGN_FALLBACK_MODELS="ollama:two,ollama:one") == (
        "COUNTERSIGN_FALLBACK_MODELS: ollama:one is COUNTERSIGN_MODEL already. Correct it, or unset it."
    )
    assert refusal(COUNTERSIGN_FALLBACK_MODELS="ollama:two") == (
        "COUNTERSIGN_FALLBACK_MODELS: rulebook is COUNTERSIGN_MODEL already, and always answers."
        " Correct it, or unset it."
    )


def test_a_missing_database_is_named() -> None:
    with pytest.raises(SettingsError, match="COUNTERSIGN_DATABASE_URL is not set"):
        _ = load_settings({}).dsn


def test_settings_are_frozen_and_show_no_secret() -> None:
    settings = load_settings({"COUNTERSIGN_DATABASE_URL": DATABASE, "COUNTERSIGN_BOOTSTRAP_KEY": "hunter2"})
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # pyright: ignore[reportAttributeAccessIssue]
    assert "hunter2" not in repr(settings)
