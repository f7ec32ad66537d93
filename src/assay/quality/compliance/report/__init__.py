"""An assessment as a document: for people (Markdown, HTML to print) and for other tools (OSCAL)."""

from __future__ import annotations

from collections.abc import Callable

from assay.quality.compliance.assessment import Assessment
from assay.quality.compliance.report import html, markdown, oscal

FORMATS: dict[str, tuple[str, Callable[[Assessment], str]]] = {
    "markdown": ("text/markdown", markdown.render),
    "html": ("text/html", html.render),
    "oscal": ("application/json", oscal.render),
}
"""The formats by name: the media type, and what renders an assessment."""

__all__ = ["FORMATS"]
