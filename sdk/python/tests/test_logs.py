"""Logs know their trace: exported once each, and printed as before."""

from __future__ import annotations

import json
from typing import Any

from sdk.python.tests.receiver import receiving
from sdk.python.tests.running import QUIET, environment, run

WAYS = """
import logging, structlog, sys, assay_sdk
logging.basicConfig(level=logging.INFO, stream=sys.stderr)
json, through = structlog.processors.JSONRenderer(), structlog.stdlib.LoggerFactory()
wrapped = structlog.stdlib.ProcessorFormatter.wrap_for_formatter
with assay_sdk.workflow("WF-1"):
    structlog.configure(processors=[json])
    structlog.get_logger("own").info("order alone", order="WF-1")
    structlog.configure(processors=[json], logger_factory=through)
    structlog.get_logger("own").info("order rendered", order="WF-1")
    structlog.configure(processors=[structlog.stdlib.add_log_level, wrapped], logger_factory=through)
    logging.getLogger().handlers[0].setFormatter(structlog.stdlib.ProcessorFormatter(processors=[structlog.dev.ConsoleRenderer()]))
    try:
        raise ValueError("theirs")
    except ValueError:
        structlog.get_logger("own").warning("order wrapped", order="WF-1", exc_info=True)
    logging.getLogger("own").info("order plain", extra={"order": "WF-1"})
"""


def test_an_event_of_structlog_is_exported_once_with_its_trace() -> None:
    """Whether structlog writes itself, hands on a text or hands on its event; and what is printed stays as it was."""
    with receiving() as receiver:
        done = run(WAYS, environment(receiver.url))
        workflow = next(each for each in receiver.spans() if each.data.name == "qms.workflow.process")
        exported: dict[str, Any] = {}
        for item in receiver.logs():
            text = item.data.body.string_value
            body = str(json.loads(text)["event"]) if text.startswith("{") else text
            assert body not in exported, "exported twice"
            exported[body] = item
    taken = {body: item for body, item in exported.items() if body.startswith("order")}
    assert sorted(taken) == ["order alone", "order plain", "order rendered", "order wrapped"], done.stderr
    assert {item.data.span_id for item in taken.values()} == {workflow.data.span_id}
    for body in ("order alone", "order plain", "order wrapped"):
        assert taken[body].attributes["order"] == "WF-1"
    failed = taken["order wrapped"]
    assert failed.data.severity_text == "WARN"
    assert failed.attributes["exception.type"] == "ValueError"
    assert not failed.attributes.keys() & {"_logger", "_name", "event", "level"}
    assert "order wrapped" in done.stderr


def test_what_is_printed_can_carry_the_ids() -> None:
    """A filter for `logging` and a processor for structlog put trace and span where a format can name them."""
    code = """
import logging, structlog, assay_sdk
handler = logging.StreamHandler()
handler.addFilter(assay_sdk.TraceFilter())
logging.basicConfig(level=logging.INFO, handlers=[handler], format="%(message)s %(trace_id)s %(span_id)s")
structlog.configure(processors=[assay_sdk.add_trace, structlog.processors.JSONRenderer()])
logging.info("outside")
with assay_sdk.workflow("WF-1") as run:
    logging.info("inside")
    structlog.get_logger().info("inside")
    print(f"{run.span.get_span_context().trace_id:032x}")
"""
    done = run(code, environment("", **QUIET))
    printed, trace_id = done.stdout.strip().splitlines()
    assert "outside - -" in done.stderr
    assert f"inside {trace_id}" in done.stderr
    assert json.loads(printed)["trace_id"] == trace_id


def test_logging_is_set_up_and_printed_as_without_us() -> None:
    """What Python prints by itself, what the program configures and what it keeps apart stays as it is."""
    code = """
import logging, assay_sdk, werkzeug._internal
logging.getLogger("own").warning("seen once")
logging.getLogger("own").info("not seen")
werkzeug._internal._log("info", "seen from werkzeug")
print(logging.getLogger().handlers)
logging.basicConfig(format="own: %(message)s")
logging.getLogger("own").warning("seen by its handler")
logging.getLogger("apart").propagate = False
logging.getLogger("apart").warning("seen apart")
"""
    with receiving() as receiver:
        done = run(code, environment(receiver.url))
        exported = [each.data.body.string_value for each in receiver.logs()]
    assert done.stdout.strip() == "[]"
    printed = [line for line in done.stderr.splitlines() if "seen" in line]
    assert printed == ["seen once", "seen from werkzeug", "own: seen by its handler", "seen apart"]
    assert sorted(exported) == ["seen by its handler", "seen from werkzeug", "seen once"]
