"""Who may send webhooks: shared secrets, and how each sender proves that it knows one."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from assay.core.config import Webhooks
from assay.core.errors import InvalidInput
from assay.receivers.http import Request

Prove = Callable[[Request, bytes, bytes], bool]
"""Say whether a request proves that its sender knows a secret."""


class Unauthorized(InvalidInput):
    """The sender does not prove who it is."""

    http_status = 401


def read_secrets(config: Webhooks, sender: str, variables: Mapping[str, str] = os.environ) -> list[bytes]:
    """Return the secrets of a sender, from ASSAY_WEBHOOK_<SENDER>_SECRET or its file, as they are now."""
    told = variables.get(variable(sender), "")
    if not told and config.secrets_dir is not None:
        try:
            told = (Path(config.secrets_dir) / sender).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            told = ""
    return [line.strip().encode() for line in told.splitlines() if line.strip()]


def variable(sender: str) -> str:
    return f"ASSAY_WEBHOOK_{sender.upper()}_SECRET"


def authorize(config: Webhooks, sender: str, prove: Prove, request: Request, body: bytes) -> None:
    """Return if the request is from `sender`.

    Raises:
        Unauthorized: it proves nothing, or nobody has told Assay a secret.
    """
    secrets = read_secrets(config, sender)
    if any(prove(request, body, secret) for secret in secrets):
        return
    if secrets:
        raise Unauthorized(
            "signature_invalid", f"The message is not signed with a secret of {sender}", "use the same secret on both sides"
        )
    if sender not in config.unsigned:
        raise Unauthorized(
            "secret_missing",
            f"Assay has no secret for {sender} and does not believe what anybody could send",
            f"set {variable(sender)}, or put it into the file {sender} in receivers.webhooks.secrets_dir",
        )


def signed(header: str, scheme: str) -> Prove:
    """Expect `<scheme>=<hex of HMAC-SHA256 of the body>` in a header, where a list separated by commas may be."""

    def prove(request: Request, body: bytes, secret: bytes) -> bool:
        expected = f"{scheme}={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
        given = request.headers.get(header, "").split(",")
        return any(hmac.compare_digest(each.strip().encode(), expected.encode()) for each in given)

    return prove


def token(header: str) -> Prove:
    """Expect the secret itself in a header."""
    return lambda request, _, secret: hmac.compare_digest(request.headers.get(header, "").encode(), secret)


def bearer(request: Request, body: bytes, secret: bytes) -> bool:
    """Expect `Authorization: Bearer <secret>`, or for senders without headers `?token=<secret>` in the URL."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        given = request.parameters.get("token", "")
    return hmac.compare_digest(given.strip().encode(), secret)


def any_of(*proofs: Prove) -> Prove:
    """Accept whichever proof holds."""
    return lambda request, body, secret: any(prove(request, body, secret) for prove in proofs)
