"""The configuration: one YAML file, every key overridable by the environment.

A key `a.b.c` is overridden by the variable `ASSAY_A__B__C`. Unknown keys and bad values are errors that name the key.
"""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from assay.core.errors import Misconfigured
from assay.core.receiving import Jaeger, Otlp, OtlpGrpc, OtlpHttp, Prometheus, Receivers, ScrapeJob, Webhooks, Zipkin
from assay.core.sections import Bytes, Port, Section

__all__ = [  # of what is defined elsewhere: whoever needs a section finds it here
    "Bytes",
    "Jaeger",
    "Otlp",
    "OtlpGrpc",
    "OtlpHttp",
    "Port",
    "Prometheus",
    "Receivers",
    "ScrapeJob",
    "Section",
    "Webhooks",
    "Zipkin",
]


class Events(Section):
    environments: list[str] = ["production", "staging", "test", "development"]
    """Environments that events may name, in small letters; others are refused, as they are mostly typing errors."""


class Journal(Section):
    segment_bytes: Bytes = 12 << 20
    """A segment is sealed when it has reached this size."""
    segment_age_seconds: float = Field(default=0.3, gt=0)
    """A segment is sealed at the latest after this time; what was sent becomes visible soon after."""
    max_bytes: Bytes = 2 << 30
    """Disk that requests not yet stored may take; beyond it senders are asked to retry later."""
    max_pending_bytes: Bytes = 128 << 20
    """Memory that requests waiting for the disk may take; beyond it senders are asked to retry later."""
    min_free_disk_bytes: Bytes = 256 << 20
    """Free disk below which senders are asked to retry later."""


class Store(Section):
    streams: int = Field(default=2, ge=1, le=16)
    """Segments that are loaded at the same time."""
    max_memory_bytes: Bytes = 1536 << 20
    """Memory that the engine may take in all."""


class Retention(Section):
    traces_days: int = Field(default=30, ge=1)
    """Days that spans are kept."""
    logs_days: int = Field(default=30, ge=1)
    """Days that log records are kept."""
    metrics_days: int = Field(default=90, ge=1)
    """Days that metric points are kept."""
    events_days: int = Field(default=1095, ge=1)
    """Days that events are kept: deployments, changes, incidents, results and audit records."""
    service_metrics_days: int = Field(default=400, ge=1)
    """Days that metrics of services and the service graph are kept by the hour; by the minute they are kept for 35 at most."""


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"there is no time zone {name!r}; use a name such as Europe/Berlin") from None
    return name


def _check_environment(name: str) -> str:
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum() or name != name.lower():
        raise ValueError("an environment is lower-case letters, digits, '-', '_' and '.'")
    return name


class Dora(Section):
    environment: Annotated[str, AfterValidator(_check_environment)] = "production"
    """Environment that is measured if a question names none."""
    time_zone: Annotated[str, AfterValidator(_check_time_zone)] = "UTC"
    """Time zone whose calendar days count, such as Europe/Berlin."""
    edition: str = Field(default="2023", pattern="^(2019|2021|2023|2024)$")
    """Edition of the bands."""
    link_window_seconds: int = Field(default=14400, ge=0, le=2592000)
    """How long after a deployment an incident that names no cause is held against it."""


class Baselines(Section):
    schedule: list[Literal["release", "rolling", "seasonal"]] = ["release"]
    """Baselines that are taken without being asked for: of each new version, of the last week every day, or by the hour of the
    week every week."""
    release_hours: int = Field(default=24, ge=1, le=720)
    """How long a version has to run before the baseline of the release is taken."""
    operations: bool = False
    """Take baselines of each operation too, not only of each service."""
    keep_days: int = Field(default=90, ge=1)
    """Days after which a baseline expires: it stays among the events, and nothing is compared with it any more."""


class Compliance(Section):
    frameworks: list[str] = ["qms-phase-4"]
    """Frameworks that are assessed on a schedule, such as soc2; none if the list is empty."""
    every_hours: float = Field(default=24, ge=1)
    """Time from one assessment by the schedule to the next."""
    window_days: int = Field(default=30, ge=1)
    """How far back such an assessment looks."""


class Quality(Section):
    directory: Path | None = None
    """Directory of the YAML documents of quality: gates, compliance frameworks and waivers. Left out, `quality/` beside the
    configuration file, or else in the working directory, if there is one. They are read again whenever they change."""


class Sql(Section):
    max_rows: int = Field(default=10_000, ge=1)
    """Rows that one SQL query may return."""
    max_seconds: float = Field(default=30, gt=0)
    """Time that one SQL query may take."""
    max_memory_bytes: Bytes = 512 << 20
    """Memory that one SQL query may take."""


class Api(Section):
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 8777
    """Port of the HTTP API, health checks and own metrics; 0 takes a free one."""
    sql: Sql = Sql()


class Config(BaseSettings):
    """All that can be configured."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, use_attribute_docstrings=True, env_prefix="ASSAY_", env_nested_delimiter="__"
    )

    data_dir: Path = Path("assay-data")
    """Directory that holds the journal and the store."""
    insecure_no_auth: bool = False
    """Allow addresses other than loopback although nothing asks for credentials."""
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    """Least severe level that is logged."""
    receivers: Receivers = Receivers()
    events: Events = Events()
    journal: Journal = Journal()
    store: Store = Store()
    retention: Retention = Retention()
    api: Api = Api()
    dora: Dora = Dora()
    baselines: Baselines = Baselines()
    compliance: Compliance = Compliance()
    quality: Quality = Quality()
    policies: dict[str, Any] = {}
    """Filters, enrichment, scrubbing and sampling; `assay policy schema` and docs/policies.md say what may stand here. A change
    takes effect while Assay runs."""
    exporters: dict[str, Any] = {}
    """Destinations that telemetry is sent on to, by name; docs/exporting.md says what may stand here."""

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

    @model_validator(mode="after")
    def _refuse_open_addresses(self) -> Config:
        listeners = {
            "receivers.otlp.grpc.host": self.receivers.otlp.grpc.host,
            "receivers.otlp.http.host": self.receivers.otlp.http.host,
            "receivers.zipkin.host": self.receivers.zipkin.host,
            "receivers.jaeger.host": self.receivers.jaeger.host,
            "api.host": self.api.host,
            **{f"exporters.{name}.host": str(each["host"]) for name, each in self.exporters.items() if "host" in (each or {})},
        }
        for key, host in listeners.items():
            if not self.insecure_no_auth and not _is_loopback(host):
                raise ValueError(
                    f"{key}: {host} is reachable from other machines and nothing asks for credentials yet; "
                    "use 127.0.0.1, or --insecure-no-auth if the network is trusted"
                )
        if self.receivers.webhooks.unsigned and not _is_loopback(self.receivers.otlp.http.host):
            raise ValueError(
                "receivers.webhooks.unsigned: anybody could report deployments and incidents; "
                "give these senders a secret, or listen on 127.0.0.1"
            )
        return self


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def load(path: Path | None = None, overrides: dict[str, Any] | None = None) -> Config:
    """Read the configuration; the environment wins over the file, and `overrides` (nested, from flags) over both.

    Raises:
        Misconfigured: the file cannot be read, or a key is unknown or its value is not allowed.
    """
    try:
        values = yaml.safe_load(path.read_text("utf-8")) if path else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(
            "config_unreadable", f"Cannot read {path}: {error}", "check the path and the YAML syntax"
        ) from error
    if not isinstance(values, dict | None):
        raise Misconfigured("config_invalid", f"{path} does not hold a mapping", "see `assay config schema`")
    try:
        return Config(**_merge(_merge(_without_nulls(values or {}), read_environment()), overrides or {}))
    except ValidationError as error:
        raise Misconfigured("config_invalid", _explain(error), "see `assay config schema`") from error


def read_environment() -> dict[str, Any]:
    """Return what the variables `ASSAY_…` set, nested as in the file; a variable with `__` that fits no key is kept.

    Raises:
        Misconfigured: a list or a whole section is not written as JSON.
    """
    try:
        values = EnvSettingsSource(Config)()
    except SettingsError as error:
        raise Misconfigured(
            "config_invalid", f"A variable is not valid JSON: {error}", 'write lists as JSON, such as ["https://a.example"]'
        ) from error
    for name, value in os.environ.items():
        section, nested, rest = name.removeprefix("ASSAY_").lower().partition("__")
        if name.startswith("ASSAY_") and nested and section not in Config.model_fields:
            values[f"{section}.{rest.replace('__', '.')}"] = value
    return values


def _without_nulls(values: dict[str, Any]) -> dict[str, Any]:
    # A section whose keys are all commented out reads as null and means the defaults.
    return {
        key: _without_nulls(value) if isinstance(value, dict) else value for key, value in values.items() if value is not None
    }


def _merge(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in top.items():
        merged[key] = _merge(merged[key], value) if isinstance(value, dict) and isinstance(merged.get(key), dict) else value
    return merged


def _explain(error: ValidationError) -> str:
    lines = []
    for detail in error.errors(include_url=False):
        key = ".".join(str(part) for part in detail["loc"])
        message = "unknown key" if detail["type"] == "extra_forbidden" else detail["msg"].removeprefix("Value error, ")
        lines.append(f"{key}: {message}" if key else message)
    return "; ".join(lines)
