from __future__ import annotations

import re
from importlib.resources import files

from hypothesis import given
from hypothesis import strategies as st

from assay.core.aliases import ALIASES, names_of

_NAMES = [name for group in ALIASES for name in group]
_RENAMED = re.compile(
    r'^[A-Z0-9_]+: Final = "([^"]+)"\n"""\nDeprecated: Replaced by `([^`]+)`(?:\.| \(string\)\.|, which has moved)',
    re.MULTILINE,
)
_LEFT_OUT = {
    "container.labels": "a family of keys",
    "db.elasticsearch.path_parts": "a family of keys",
    "gen_ai.openai.request.response_format": "has other values",
    "http.request_content_length": "is the body's size and no list of header values",
    "http.request_content_length_uncompressed": "is not what was transferred",
    "http.response_content_length": "is the body's size and no list of header values",
    "http.response_content_length_uncompressed": "is not what was transferred",
    "http.server_name": "stands beside net.host.name",
    "k8s.pod.labels": "a family of keys",
    "net.transport": "has other values",
    "pool.name": "too general",
    "rpc.connect_rpc.request.metadata": "a family of keys",
    "rpc.connect_rpc.response.metadata": "a family of keys",
    "rpc.grpc.request.metadata": "a family of keys",
    "rpc.grpc.response.metadata": "a family of keys",
    "state": "too general",
    "tls.client.server_name": "stands beside server.address",
}


def _registry() -> dict[str, str]:
    """What the conventions' own package says of each name that has one successor."""
    folder = files("opentelemetry.semconv._incubating.attributes")
    sources = (file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith("_attributes.py"))
    return {old: new for source in sources for old, new in _RENAMED.findall(source)}


def test_a_name_means_one_attribute() -> None:
    """No name is in two groups or twice in one, and a group has at least two."""
    assert len(set(_NAMES)) == len(_NAMES)
    assert min(map(len, ALIASES)) == 2
    assert len(ALIASES) >= 40


@given(st.sampled_from(_NAMES) | st.text())
def test_the_given_name_comes_first(name: str) -> None:
    """An attribute's names are the given one and then the others, the newest first; a name in no group stands alone."""
    first, *others = names_of(name)
    group = next((group for group in ALIASES if name in group), (name,))
    assert first == name
    assert others == [other for other in group if other != name]


def test_the_table_agrees_with_the_conventions() -> None:
    """Each rename that the conventions' registry knows is in the table, unless it is left out for a reason."""
    renamed = _registry()
    assert len(renamed) > 80
    assert {old: new for old, new in renamed.items() if old not in _LEFT_OUT and new not in names_of(old)} == {}
    assert {old for old in _LEFT_OUT if old not in renamed or renamed[old] in names_of(old)} == set()
