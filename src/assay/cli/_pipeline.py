"""What a pipeline knows of itself: from the variables of GitHub Actions, GitLab CI and Jenkins, and from plain Git."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from assay.cli._git import ask_git, normalize_url

Attributes = dict[str, str]


def read_pipeline(variables: Mapping[str, str] = os.environ) -> Attributes:
    """Return attributes of the repository, the commit and the run, as far as they are known; none is empty."""
    for sign, read in _READERS.items():
        if variables.get(sign):
            found = read(lambda name: variables.get(name, "").strip())
            break
    else:
        found = {}
    merged = {**_git(found), **{key: value for key, value in found.items() if value}}
    return {key: value for key, value in merged.items() if value}


def _github(get: Callable[[str], str]) -> Attributes:
    # docs.github.com/actions/reference/variables-reference: default environment variables
    owner, _, name = get("GITHUB_REPOSITORY").partition("/")
    url = f"{get('GITHUB_SERVER_URL') or 'https://github.com'}/{get('GITHUB_REPOSITORY')}"
    attempt = get("GITHUB_RUN_ATTEMPT")
    return {
        "vcs.provider.name": "github",
        "vcs.owner.name": owner,
        "vcs.repository.name": name,
        "vcs.repository.url.full": url,
        "vcs.ref.head.revision": get("GITHUB_SHA"),
        "vcs.ref.head.name": get("GITHUB_REF_NAME"),
        "cicd.pipeline.name": get("GITHUB_WORKFLOW"),
        "cicd.pipeline.run.id": f"{get('GITHUB_RUN_ID')}.{attempt}" if attempt else get("GITHUB_RUN_ID"),
        "cicd.pipeline.run.url.full": f"{url}/actions/runs/{get('GITHUB_RUN_ID')}",
        "cicd.pipeline.task.name": get("GITHUB_JOB"),
        "user.name": get("GITHUB_ACTOR"),
    }


def _gitlab(get: Callable[[str], str]) -> Attributes:
    # docs.gitlab.com/ci/variables/predefined_variables
    return {
        "vcs.provider.name": "gitlab",
        "vcs.owner.name": get("CI_PROJECT_NAMESPACE"),
        "vcs.repository.name": get("CI_PROJECT_NAME"),
        "vcs.repository.url.full": normalize_url(get("CI_PROJECT_URL")),
        "vcs.ref.head.revision": get("CI_COMMIT_SHA"),
        "vcs.ref.head.name": get("CI_COMMIT_REF_NAME"),
        "vcs.change.id": get("CI_MERGE_REQUEST_IID"),
        "cicd.pipeline.name": get("CI_PIPELINE_NAME") or get("CI_PROJECT_NAME"),
        "cicd.pipeline.run.id": get("CI_PIPELINE_ID"),
        "cicd.pipeline.run.url.full": get("CI_PIPELINE_URL"),
        "cicd.pipeline.task.name": get("CI_JOB_NAME"),
        "cicd.pipeline.task.run.id": get("CI_JOB_ID"),
        # The tier, as the webhook has it: names such as production/eu are of one project only.
        "deployment.environment.name": get("CI_ENVIRONMENT_TIER") or get("CI_ENVIRONMENT_NAME"),
        "user.name": get("GITLAB_USER_LOGIN"),
    }


def _jenkins(get: Callable[[str], str]) -> Attributes:
    # jenkins.io/doc/book/pipeline/jenkinsfile: environment variables; those with GIT_ come from the Git plugin
    return {
        "vcs.repository.url.full": normalize_url(get("GIT_URL")),
        "vcs.ref.head.revision": get("GIT_COMMIT"),
        "vcs.ref.head.name": get("GIT_BRANCH").removeprefix("origin/"),
        "vcs.change.id": get("CHANGE_ID"),
        "cicd.pipeline.name": get("JOB_NAME"),
        "cicd.pipeline.run.id": get("BUILD_TAG") or get("BUILD_NUMBER"),
        "cicd.pipeline.run.url.full": get("BUILD_URL"),
        "cicd.pipeline.task.name": get("STAGE_NAME"),
    }


_READERS: dict[str, Callable[[Callable[[str], str]], Attributes]] = {
    "GITHUB_ACTIONS": _github,
    "GITLAB_CI": _gitlab,
    "JENKINS_URL": _jenkins,
}


def _git(known: Attributes) -> Attributes:
    url = known.get("vcs.repository.url.full") or normalize_url(ask_git("config", "--get", "remote.origin.url"))
    path = url.partition("://")[2].split("/")
    branch = known.get("vcs.ref.head.name") or ask_git("rev-parse", "--abbrev-ref", "HEAD")
    return {
        "vcs.repository.url.full": url,
        "vcs.repository.name": path[-1] if len(path) > 1 else "",
        "vcs.owner.name": "/".join(path[1:-1]),
        "vcs.ref.head.revision": known.get("vcs.ref.head.revision") or ask_git("rev-parse", "--verify", "--quiet", "HEAD"),
        "vcs.ref.head.name": "" if branch == "HEAD" else branch,
    }
