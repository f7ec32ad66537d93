"""Requests to a destination over HTTP, and what its answers mean."""

from __future__ import annotations

import email.utils
import gzip
import ssl
import time
from collections.abc import Mapping

import httpx

from assay.core.errors import Misconfigured, Permanent, Retryable, TooLarge
from assay.exporters.settings import RemoteSettings, Tls

_RETRYABLE = frozenset({429, 502, 503, 504})
# The destination refuses us and not what we send: somebody has to mend an address or a credential; nothing is lost meanwhile.
_MENDABLE = frozenset({401, 403, 404, 405, 407})


class HttpSender:
    """One connection that is kept; used by one thread."""

    def __init__(self, settings: RemoteSettings, retryable: frozenset[int] = _RETRYABLE) -> None:
        """Send as `settings` say; statuses in `retryable` ask for the same request again."""
        self._settings = settings
        self._retryable = retryable
        self._client = httpx.Client(
            headers=settings.headers, timeout=settings.timeout_seconds, verify=tls_context(settings.tls), trust_env=False
        )

    def post(self, url: str, body: bytes, media_type: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        """Return the answer if it is a success.

        Raises:
            Retryable: it is not there, or asks to be tried again later.
            Misconfigured: it does not know us or the path.
            TooLarge: the request is too large for it.
            Permanent: it refuses this request for good.
        """
        given = {"content-type": media_type, **(headers or {})}
        if self._settings.compression == "gzip":
            body = gzip.compress(body, 1)
            given["content-encoding"] = "gzip"
        try:
            answer = self._client.post(url, content=body, headers=given)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Retryable("destination_unavailable", f"{url} does not answer: {reason}", "is it running?") from error
        except httpx.InvalidURL as error:
            raise Misconfigured("destination_invalid", f"{url} is no address: {error}", "mend endpoint") from error
        if answer.is_success:
            return answer
        said = f"{url} answers with status {answer.status_code}: {answer.text[:300]}"
        if answer.status_code in self._retryable:
            raise Retryable("destination_busy", said, "", _retry_after(answer.headers.get("retry-after", "")))
        if answer.status_code in _MENDABLE:
            raise Misconfigured("destination_denies", said, "check endpoint, headers and what the destination receives")
        if answer.status_code == 413:
            raise TooLarge("destination_too_large", said)
        raise Permanent("destination_refuses", said)

    def close(self) -> None:
        self._client.close()


def _retry_after(text: str) -> int:
    """Read seconds or a date."""
    if text.isdigit():
        return int(text)
    try:
        return max(0, round(email.utils.parsedate_to_datetime(text).timestamp() - time.time()))
    except ValueError:
        return 0


def tls_context(tls: Tls) -> ssl.SSLContext:
    """Return whom to believe, and who we are.

    Raises:
        Misconfigured: a file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca_file)
        if tls.cert_file:
            context.load_cert_chain(tls.cert_file, tls.key_file)
    except OSError as error:
        raise Misconfigured("exporter_invalid", f"Cannot use the certificates: {error}", "check the files under tls") from error
    return context
