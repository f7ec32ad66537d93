"""The keeper of the policies: it brings them into force, at the start and whenever their file changes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
import structlog

from assay.core.errors import AssayError, InvalidInput
from assay.core.ports import Engine
from assay.policies import document, pseudonyms
from assay.policies.document import Policies
from assay.policies.scrub_rules import literal

_LOOK_SECONDS = 1.0
_LAST = "SELECT Version, Document FROM assay_policy_versions ORDER BY AppliedAt DESC LIMIT 1"
_CHANGES = "SELECT Version, toUnixTimestamp64Micro(AppliedAt) FROM assay_policy_versions ORDER BY AppliedAt DESC LIMIT 20"

Bring = Callable[[list[str]], None]
"""Make the decode views anew with these functions."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """The policies that hold, the statements that they were compiled to, and why what is written now does not hold, if so."""

    policies: Policies
    statements: list[str]
    key_id: str
    problem: str = ""


class PolicyKeeper:
    """Keep what is in force; a policy that is wrong changes nothing and is told in `in_force.problem` and in the log."""

    def __init__(
        self,
        engine: Engine,
        path: Path | None,
        keys: Path,
        bring: Bring,
    ) -> None:
        """Follow the section `policies` of the file at `path`; without a file the defaults hold.

        `keys` is the directory of the pseudonyms' keys. `bring` makes the views; what is in `listeners` is called with policies
        that come into force later.
        """
        self._engine = engine
        self._path = path
        self._keys = keys
        self._bring = bring
        self.listeners: list[Callable[[Policies], None]] = []
        self._lock = threading.Lock()
        self._seen = self._signature()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="policies")
        self.in_force = self._begin()

    def start(self) -> None:
        """Begin to follow the file."""
        self._thread.start()

    def changes(self) -> list[tuple[str, int]]:
        """Return the versions that came into force last, the newest first, and when: Unix microseconds."""
        return [(version, at) for version, at in self._engine.query(_CHANGES).rows]

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def reload(self) -> InForce:
        """Bring into force what is written now, and return it.

        Raises:
            Misconfigured: it is wrong; what held before holds on.
        """
        with self._lock:
            self._seen = self._signature()
            try:
                policies = self._read()
                key = pseudonyms.read_keys(self._keys)[-1]
                if (policies.version, key.id) != (self.in_force.policies.version, self.in_force.key_id):
                    self._change(policies, key)
                else:
                    self.in_force = InForce(policies, self.in_force.statements, key.id)
            except AssayError as error:
                now = self.in_force
                self.in_force = InForce(now.policies, now.statements, now.key_id, str(error))
                log.error("policies_refused", reason=str(error), in_force=now.policies.version)
                raise
            return self.in_force

    def explain(self) -> dict[str, str]:
        """Return what is in force as SQL, by section."""
        now = self.in_force
        key = next(key for key in pseudonyms.read_keys(self._keys) if key.id == now.key_id)
        return document.explain(now.policies, key)

    def _begin(self) -> InForce:
        """Bring the written policies into force, or those that held before if the written ones are wrong.

        Raises:
            Misconfigured: they are wrong, and none held before.
        """
        last = self._engine.query(_LAST).rows
        key = pseudonyms.read_keys(self._keys)[-1]
        problem = ""
        try:
            policies = self._read(known=last[0][0] if last else "")
        except AssayError as error:
            if not last:
                raise
            policies = document.parse(orjson.loads(last[0][1]))
            problem = str(error)
            log.error("policies_refused", reason=problem, in_force=policies.version)
        statements = document.compile_policies(policies, key)
        self._bring(statements)
        if not last or last[0][0] != policies.version:
            self._record(policies, statements)
        return InForce(policies, statements, key.id, problem)

    def _read(self, known: str = "") -> Policies:
        """Read what is written; the engine is not asked again about the version that it knows.

        Raises:
            Misconfigured: it is wrong.
        """
        policies = document.read(self._path)
        if policies.version == known:
            return policies
        try:
            document.validate(policies, self._engine)
        except InvalidInput as error:
            raise document.locate(error, self._path) from error
        return policies

    def _change(self, policies: Policies, key: pseudonyms.PseudonymKey) -> None:
        before = self.in_force
        statements = document.compile_policies(policies, key)
        # First, as core may be killed at any moment: what has processed a row must be on record.
        self._record(policies, statements)
        try:
            self._bring(statements)
        except AssayError:
            self._bring(before.statements)
            self._take_back()
            raise
        self.in_force = InForce(policies, statements, key.id)
        log.info("policies_changed", version=policies.version, before=before.policies.version, key=key.id)
        self._tell(policies)

    def _tell(self, policies: Policies) -> None:
        for listener in self.listeners:
            listener(policies)

    def _record(self, policies: Policies, statements: list[str]) -> None:
        given = literal(orjson.dumps(policies.given).decode())
        listed = ", ".join(literal(statement) for statement in statements)
        self._engine.execute(
            f"INSERT INTO assay_policy_versions SELECT now64(6), {literal(policies.version)}, {given}, [{listed}]"
        )

    def _take_back(self) -> None:
        """Remove the last record: it did not come into force."""
        ((_, at), *_) = self.changes()
        self._engine.execute(f"DELETE FROM assay_policy_versions WHERE AppliedAt = fromUnixTimestamp64Micro({int(at)})")

    def _signature(self) -> tuple[int, int] | None:
        if self._path is None:
            return None
        try:
            state = self._path.stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size

    def _follow(self) -> None:
        before = self._seen
        while not self._stopping.wait(_LOOK_SECONDS):
            now = self._signature()
            # One that changes still is read when it has been the same for a while, so that no half of it is.
            if now not in (None, self._seen) and now == before:
                with suppress(AssayError):
                    self.reload()
            before = now
