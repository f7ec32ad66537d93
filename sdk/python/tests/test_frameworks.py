"""A service is observable without a line of code: Django, Flask, FastAPI and aiohttp, under gunicorn and uvicorn."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from sdk.python.tests.receiver import Item, Receiver, receiving
from sdk.python.tests.running import APPS, HERE, PARENT, TRACE_ID, Server, environment, serving

COMMANDS = {
    "django": [sys.executable, "-m", f"{APPS}.django_app", "{port}"],
    "flask": ["flask", "--app", f"{APPS}.flask_app", "run", "--port", "{port}"],
    "fastapi": ["uvicorn", f"{APPS}.fastapi_app:app", "--port", "{port}"],
    "aiohttp": [sys.executable, "-m", f"{APPS}.aiohttp_app", "{port}"],
}


@pytest.mark.parametrize("framework", COMMANDS)
def test_a_request_is_a_trace_with_its_sender_its_logs_and_its_resource(framework: str, tmp_path: Path) -> None:
    """The server span continues the caller's trace, names user and session, and holds the workflow and the log record."""
    settings = {"DJANGO_SETTINGS_MODULE": f"{APPS}.django_settings"} if framework == "django" else {}
    with receiving() as receiver:
        env = environment(receiver.url, **settings, SERVICE_VERSION="2.4.1", ENVIRONMENT="staging")
        with serving(COMMANDS[framework], env, tmp_path) as server:
            for path in ("/metrics", "/health"):
                server.get(path)
            server.get("/healthcare")
            server.get("/orders/WF-1", traceparent=PARENT, X_User_ID="ada", X_Session_ID="s-42")
            found = receiver.wait(lambda: _trace(receiver))
        served = next(each for each in found if each.data.kind == 2)
        workflow = next(each for each in found if each.data.name == "qms.workflow.process")
        assert served.attributes["qms.request.user_id"] == "ada"
        assert served.attributes["qms.request.session_id"] == "s-42"
        assert served.data.parent_span_id.hex() == PARENT.split("-")[2]
        assert served.attributes["http.request.method"] == "GET"
        assert workflow.data.trace_id.hex() == TRACE_ID
        record = next(each for each in receiver.logs() if each.data.body.string_value == "order taken")
        assert record.data.span_id == workflow.data.span_id
        expected = {
            "service.name": "tested",
            "service.version": "2.4.1",
            "deployment.environment.name": "staging",
            "qms.phase": "phase_4",
            "qms.component": "observability",
        }
        assert expected.items() <= served.resource.items() & record.resource.items()
        paths = {each.attributes["url.path"] for each in receiver.spans() if each.data.kind == 2}
        assert paths == {"/healthcare", "/orders/WF-1"}, server.log.read_text("utf-8")


def _trace(receiver: Receiver) -> list[Item]:
    spans = [each for each in receiver.spans() if each.data.trace_id.hex() == TRACE_ID]
    logged = any(each.data.body.string_value == "order taken" for each in receiver.logs())
    return spans if logged and {2} <= {each.data.kind for each in spans} else []


@pytest.mark.parametrize("preload", [[], ["--preload"]], ids=["", "preload"])
def test_every_worker_of_gunicorn_exports_all_three_signals(preload: list[str], tmp_path: Path) -> None:
    """Under gunicorn with two forked workers each sends its spans, records and metrics, as an instance of its own."""
    command = ["gunicorn", "-w", "2", "-b", "127.0.0.1:{port}", "--max-requests", "0", *preload, f"{APPS}.flask_app:app"]
    with receiving() as receiver, serving(command, environment(receiver.url), tmp_path) as server:
        workers: set[str] = set()
        receiver.wait(lambda: len(workers.add(server.get("/pid")) or workers) == 2)  # type: ignore[func-returns-value]  # it is a set

        def instances(items: list[Item]) -> set[str]:
            return {each.resource["service.instance.id"] for each in items}

        def workflows() -> set[str]:
            return instances([each for each in receiver.spans() if each.data.name == "qms.workflow.process"])

        def counted() -> set[str]:
            return instances([each for each in receiver.metrics() if each.data.name == "qms_workflows_processed_total"])

        receiver.wait(lambda: len(workflows()) == 2 and workflows() <= instances(receiver.logs()) and workflows() <= counted())


def test_a_reloaded_uvicorn_exports_what_its_new_process_does(tmp_path: Path) -> None:
    """Under `uvicorn --reload` the process that is started after a change of the code is observable as the first one was."""
    module = tmp_path / "reloaded.py"
    source = (HERE / "apps/fastapi_app.py").read_text("utf-8")
    module.write_text(source, "utf-8")
    command = ["uvicorn", "reloaded:app", "--port", "{port}", "--reload", "--app-dir", str(tmp_path)]
    with receiving() as receiver, serving(command, environment(receiver.url), tmp_path) as server:

        def taken(number: str) -> bool:
            return any(each.attributes.get("qms.workflow.id") == number for each in receiver.spans())

        server.get("/orders/before")
        receiver.wait(lambda: taken("before"))
        module.write_text(source.replace("return order(number)", 'return order("new " + number)'), "utf-8")
        receiver.wait(lambda: _asked(server) == "new after")
        receiver.wait(lambda: taken("new after"))


def _asked(server: Server) -> str:
    try:
        return server.get("/orders/after")
    except OSError:
        return ""  # between the two processes
