"""Jenkins, Argo CD, PagerDuty, CDEvents and any other sender. Shapes by hand from the documentation named at each."""

from __future__ import annotations

from typing import Any

from tests.receivers.webhooks.conftest import Webhooks

SHA = "c6d86dc654b12425e706bcf951adfe5a8627a517"


def build(phase: str = "FINALIZED", status: str = "SUCCESS", **parameters: str) -> dict[str, Any]:
    # plugins.jenkins.io/notification
    return {
        "name": "orders-deploy",
        "url": "job/orders-deploy/",
        "build": {
            "full_url": "https://jenkins.example/job/orders-deploy/18/",
            "number": 18,
            "phase": phase,
            "status": status,
            "timestamp": 1762164000000,
            "duration": 60000,
            "scm": {"url": "https://github.com/acme/shop.git", "branch": "origin/main", "commit": SHA},
            "parameters": parameters,
        },
    }


async def test_jenkins_builds_of_jobs_that_deploy(webhooks: Webhooks) -> None:
    """A finalized build with an environment is a deployment; its times come from the build."""
    [event] = await webhooks.events("jenkins", build(), "?environment=production&service=orders")
    assert (event.id, event.time_ns) == ("deployment/jenkins/orders-deploy/18", 1762164060 * 10**9)
    assert (event["service.name"], event["vcs.ref.head.revision"], event["vcs.ref.head.name"]) == ("orders", SHA, "main")
    [failed] = await webhooks.events("jenkins", build(status="FAILURE", ENVIRONMENT="staging"))
    assert (failed["deployment.status"], failed["deployment.environment.name"]) == ("failed", "staging")
    assert await webhooks.ignored("jenkins", build()) == "no_environment"
    assert await webhooks.ignored("jenkins", build("COMPLETED"), "?environment=production") == "not_finished"
    assert await webhooks.ignored("jenkins", build(status="ABORTED"), "?environment=production") == "not_finished"


async def test_jenkins_can_prove_itself_in_the_url(webhooks: Webhooks) -> None:
    """The Notification plugin sends no headers of one's own, so the secret may be in the URL."""
    answer = await webhooks.send("jenkins", build(), "?environment=production&token=s3cret", authorization="")
    assert answer.status_code == 200
    answer = await webhooks.send("jenkins", build(), "?environment=production&token=wrong", authorization="")
    assert answer.status_code == 401


def application(phase: str = "Succeeded") -> dict[str, Any]:
    # argo-cd.readthedocs.io: operator-manual/notifications, and the Application
    return {
        "metadata": {"name": "orders", "namespace": "argocd", "labels": {"env": "prod"}},
        "spec": {"source": {"repoURL": "https://github.com/acme/deploy.git", "targetRevision": "main"}},
        "status": {
            "operationState": {
                "phase": phase,
                "startedAt": "2025-11-03T10:00:00Z",
                "finishedAt": "2025-11-03T10:01:00Z",
                "syncResult": {"revision": SHA},
                "operation": {"initiatedBy": {"automated": True}},
            }
        },
    }


async def test_argo_cd_syncs(webhooks: Webhooks) -> None:
    """A sync that has ended is a deployment, and one operation is one deployment however often it is told."""
    [event] = await webhooks.events("argocd", application())
    assert (event.id, event["deployment.environment.name"]) == ("deployment/argocd/orders/2025-11-03T10:00:00Z", "production")
    assert (event["deployment.status"], event["qms.deployment.type"]) == ("succeeded", "automated")
    assert event["vcs.repository.url.full"] == "https://github.com/acme/deploy"
    [failed] = await webhooks.events("argocd", application("Error"), "?environment=staging")
    assert (failed["deployment.status"], failed["deployment.environment.name"]) == ("failed", "staging")
    assert await webhooks.ignored("argocd", application("Running")) == "not_finished"


def pagerduty(kind: str, occurred_at: str) -> dict[str, Any]:
    # developer.pagerduty.com/docs/webhooks-overview
    return {
        "event": {
            "id": "01",
            "event_type": kind,
            "resource_type": "incident",
            "occurred_at": occurred_at,
            "data": {
                "id": "PGR0VU2",
                "type": "incident",
                "html_url": "https://acme.pagerduty.com/incidents/PGR0VU2",
                "title": "A little bump in the road",
                "created_at": "2025-11-03T10:00:00Z",
                "service": {"id": "PF9KMXH", "summary": "orders"},
                "priority": {"id": "PSO75BM", "summary": "P1"},
                "urgency": "high",
            },
        }
    }


async def test_pagerduty_incidents(webhooks: Webhooks) -> None:
    """An incident opens when it was made, is resolved when that occurred, and opening it again withdraws the resolution."""
    [opened] = await webhooks.events("pagerduty", pagerduty("incident.triggered", "2025-11-03T10:00:01Z"))
    assert (opened.name, opened.time_ns) == ("qms.incident.opened", 1762164000 * 10**9)
    assert (opened["service.name"], opened["qms.incident.severity"]) == ("orders", "P1")
    _, resolved = await webhooks.events("pagerduty", pagerduty("incident.resolved", "2025-11-03T10:30:00Z"))
    assert (resolved.name, resolved.time_ns) == ("qms.incident.resolved", 1762165800 * 10**9)
    _, withdrawn = await webhooks.events("pagerduty", pagerduty("incident.reopened", "2025-11-03T10:40:00Z"))
    assert (withdrawn.id, withdrawn["qms.event.retracted"]) == (resolved.id, True)
    acknowledged = pagerduty("incident.acknowledged", "2025-11-03T10:05:00Z")
    assert await webhooks.ignored("pagerduty", acknowledged) == "unknown_kind"


def cdevent(kind: str, subject: str, content: dict[str, Any], **context: Any) -> dict[str, Any]:
    # cdevents.dev: the specification, continuous deployment and continuous operations
    return {
        "context": {
            "specversion": "0.5.0",
            "id": "271069a8",
            "source": "/deployer",
            "type": f"dev.cdevents.{kind}.0.3.0",
            "timestamp": "2025-11-03T10:00:00Z",
            **context,
        },
        "subject": {"id": subject, "source": "/deployer", "type": kind.partition(".")[0], "content": content},
    }


async def test_cdevents_deployments(webhooks: Webhooks) -> None:
    """Services that are deployed, upgraded or rolled back are deployments, plain and inside of CloudEvents."""
    content = {"environment": {"id": "clusters/prod"}, "artifactId": "pkg:oci/orders@sha256%3A0b31?tag=2.4.1"}
    [event] = await webhooks.events("cdevents", cdevent("service.deployed", "apps/orders", content))
    assert (event.id, event["service.name"], event["service.version"]) == ("deployment/cdevents/271069a8", "orders", "2.4.1")
    assert event["deployment.environment.name"] == "production"
    rollback = cdevent("service.rolledback", "orders", content) | {"customData": {"vcs.ref.head.revision": SHA}}
    cloud = {"specversion": "1.0", "id": "1", "source": "/", "type": "dev.cdevents.service.rolledback.0.3.0", "data": rollback}
    [event] = await webhooks.events("cdevents", cloud, content_type="application/cloudevents+json")
    assert (event["qms.deployment.kind"], event["vcs.ref.head.revision"]) == ("rollback", SHA)
    other = cdevent("testsuiterun.finished", "t", {})
    assert await webhooks.ignored("cdevents", other) == "unknown_kind"
    assert await webhooks.ignored("cdevents", [other, other]) == "unknown_kind"
    assert len(await webhooks.events("cdevents", [other, cloud], content_type="application/cloudevents-batch+json")) == 1


async def test_cdevents_incidents_carry_their_cause(webhooks: Webhooks) -> None:
    """A link from an incident to a deployment is an explicit cause."""
    content = {"description": "Slow", "environment": {"id": "prod"}, "service": {"id": "orders"}}
    links = [{"linkType": "PATH", "from": {"contextId": "271069a8"}}]
    [opened] = await webhooks.events("cdevents", cdevent("incident.detected", "i-7", content, id="x", links=links))
    assert (opened.name, opened["qms.incident.cause.deployment_ids"]) == ("qms.incident.opened", ["cdevents/271069a8"])
    [resolved] = await webhooks.events("cdevents", cdevent("incident.resolved", "i-7", content, id="y"))
    assert (resolved.name, resolved["qms.incident.id"]) == ("qms.incident.resolved", "i-7")


async def test_any_sender_can_write_our_events(webhooks: Webhooks) -> None:
    """The generic webhook takes the form of the API, signed."""
    form = {"event": "qms.incident.opened", "attributes": {"qms.incident.id": "i", "service.name": "orders"}, "body": "text"}
    [event] = await webhooks.events("generic", [form], x_assay_delivery="d-1")
    assert (event.id, event.body, event["qms.event.source"]) == ("incident.opened/i", "text", "webhook/generic")
    assert (await webhooks.send("generic", ["x"])).status_code == 400
    assert (await webhooks.send("generic", {"event": "x", "attributes": 5})).status_code == 400
