"""The HTTP API."""

from assay.api.app import create_app
from assay.api.server import serve_app

__all__ = ["create_app", "serve_app"]
