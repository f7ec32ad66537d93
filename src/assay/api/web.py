"""The web application: its first page for every path that is nobody else's, and the files that it loads.

The files are built from `ui/` by `make ui` and lie beside this module; everything comes from here, nothing from elsewhere.
"""

from __future__ import annotations

import gzip
import secrets
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

BUNDLE = Path(__file__).with_name("bundle")

_NONCE = "assay-nonce"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What systems say of these differs.
_TEXTS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
_FONTS = {".woff2": "font/woff2", ".woff": "font/woff"}


@dataclass(frozen=True, slots=True)
class File:
    """A file of the bundle as it is sent: whole, and compressed if that is worth it."""

    content: bytes
    compressed: bytes | None
    media_type: str
    headers: dict[str, str]

    def answer(self, accepted: str) -> Response:
        if self.compressed is not None and "gzip" in accepted:
            headers = self.headers | {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(self.compressed, headers=headers, media_type=self.media_type)
        return Response(self.content, headers=self.headers, media_type=self.media_type)


class Web:
    """What answers where no route does; `otherwise` answers what is no page either."""

    def __init__(self, otherwise: ASGIApp, folder: Path = BUNDLE) -> None:
        """Read the bundle in `folder`; without one there is no page, and `is_built` is false."""
        self._otherwise = otherwise
        index = folder / "index.html"
        self.is_built = index.is_file()
        self._index = index.read_text("utf-8") if self.is_built else ""
        self._files = {f"/{path.relative_to(folder).as_posix()}": _read(path, folder) for path in _walk(folder)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") else None
        await (answer or self._otherwise)(scope, receive, send)

    def page(self) -> HTMLResponse:
        """Return the first page, which finds out from its URL what to show; each answer has a nonce of its own for styles."""
        nonce = secrets.token_urlsafe(16)
        headers = {
            "Content-Security-Policy": _POLICY.format(nonce=nonce),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-cache",
        }
        return HTMLResponse(self._index.replace(_NONCE, nonce), headers=headers)

    def _answer(self, scope: Scope) -> Response | None:
        path, headers = scope["path"], Headers(scope=scope)
        if file := self._files.get(path):
            return file.answer(headers.get("accept-encoding", ""))
        # Programs and scripts are told that there is nothing; a person may have followed a link into the application.
        is_page = "text/html" in headers.get("accept", "") and not path.startswith(("/api/", "/assets/"))
        return self.page() if is_page and self.is_built else None


def _walk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "index.html"]


def _read(path: Path, folder: Path) -> File:
    content = path.read_bytes()
    media_type = (_TEXTS | _FONTS).get(path.suffix, "application/octet-stream")
    # A file in assets/ has a hash of its content in its name.
    is_hashed = path.is_relative_to(folder / "assets")
    caching = "public, max-age=31536000, immutable" if is_hashed else "no-cache"
    compressed = gzip.compress(content, mtime=0) if path.suffix in _TEXTS else None
    return File(content, compressed, media_type, {"Cache-Control": caching})
