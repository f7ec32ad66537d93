"""The query API of Jaeger under `/jaeger`, for Grafana's data source, Jaeger's UI and scripts made for them."""

from assay.api.jaeger.routes import routes

__all__ = ["routes"]
