"""The HTTP API."""

from assay.api.app import create_app
from assay.api.evidence import open_assessor
from assay.api.gates import open_gates
from assay.api.pipeline import Keeping
from assay.api.server import serve_app

__all__ = ["Keeping", "create_app", "open_assessor", "open_gates", "serve_app"]
