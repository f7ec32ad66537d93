"""The sections of the configuration that say what is received and where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from assay.core.sections import Bytes, Port, Section


class OtlpGrpc(Section):
    enabled: bool = True
    """Receive OTLP over gRPC."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 4317
    """Port to listen on; 0 takes a free one."""


class OtlpHttp(Section):
    enabled: bool = True
    """Receive OTLP over HTTP, protobuf and JSON."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 4318
    """Port to listen on; 0 takes a free one."""
    traces_path: str = "/v1/traces"
    """Path that takes traces."""
    metrics_path: str = "/v1/metrics"
    """Path that takes metrics."""
    logs_path: str = "/v1/logs"
    """Path that takes logs."""
    cors_origins: list[str] = []
    """Origins whose pages may send telemetry from a browser, such as https://shop.example.com; `*` for any."""


class Otlp(Section):
    grpc: OtlpGrpc = OtlpGrpc()
    http: OtlpHttp = OtlpHttp()
    max_request_bytes: Bytes = 64 << 20
    """Largest request, before and after decompression."""


class Webhooks(Section):
    secrets_dir: Path | None = None
    """Directory with one file per sender, such as `github`, that holds its secret; several lines are secrets that all hold."""
    unsigned: list[Literal["github", "gitlab", "jenkins", "argocd", "pagerduty", "cdevents", "generic"]] = []
    """Senders that are believed without a secret, such as `jenkins`; only while receivers.otlp.http.host is loopback."""


class Zipkin(Section):
    enabled: bool = True
    """Receive spans as Zipkin does. If the port is taken, Assay says so and starts without it."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    port: Port = 9411
    """Port to listen on; 0 takes a free one."""


class Jaeger(Section):
    enabled: bool = True
    """Receive spans as Jaeger does. If a port is taken, Assay says so and starts without it."""
    host: str = "127.0.0.1"
    """Address to listen on."""
    grpc_port: Port = 14250
    """Port for gRPC; 0 takes a free one, as for the others."""
    thrift_http_port: Port = 14268
    """Port for Thrift over HTTP."""
    thrift_compact_port: Port = 6831
    """UDP port for Thrift in its compact encoding, which clients send to an agent."""
    thrift_binary_port: Port = 6832
    """UDP port for Thrift in its binary encoding."""


class ScrapeJob(Section):
    targets: list[Annotated[str, Field(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:/\s]+):[0-9]+$")]]
    """Host and port of each instance, such as `10.0.0.1:9090`."""
    scheme: Literal["http", "https"] = "http"
    """How the targets are asked."""
    path: str = Field(default="/metrics", pattern="^/.*$")
    """Path of the page, with its query if it has one."""
    interval_seconds: float = Field(default=15, ge=1)
    """Time from one scrape to the next."""
    timeout_seconds: float = Field(default=10, gt=0)
    """Time in which a page must be there; not more than the interval."""
    honor_labels: bool = False
    """Believe a page that says itself which job and instance its series are of, as that of a push gateway does."""
    labels: dict[str, str] = {}
    """Attributes of the resource of all targets, such as `deployment.environment.name: production`."""
    bearer_token_file: Path | None = None
    """File with a token that targets ask for; it is read anew for each scrape."""
    max_body_bytes: Bytes = 10 << 20
    """Largest page, decompressed."""
    max_samples: int = Field(default=50_000, ge=1)
    """Most samples of a page."""

    @model_validator(mode="after")
    def _end_before_the_next(self) -> ScrapeJob:
        if self.timeout_seconds > self.interval_seconds:
            raise ValueError("timeout_seconds is longer than interval_seconds")
        return self


class Prometheus(Section):
    scrape: dict[str, ScrapeJob] = {}
    """Pages of metrics that are asked for at regular times, by the name of the job."""


class Receivers(Section):
    otlp: Otlp = Otlp()
    zipkin: Zipkin = Zipkin()
    jaeger: Jaeger = Jaeger()
    prometheus: Prometheus = Prometheus()
    webhooks: Webhooks = Webhooks()
