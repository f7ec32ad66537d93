from __future__ import annotations

from pathlib import Path

import pytest

from assay.core.errors import Permanent
from assay.demo.server import Server, reachable


def test_a_server_of_our_own_answers(assay: Server) -> None:
    """A server that was started is ready, keeps its data where it was told to, and answers SQL."""
    assert assay.child and assay.child.data.is_dir()
    assert assay.is_ready()
    assert assay.ask("SELECT {word:String} AS word", word="gold") == [["gold"]]


def test_a_server_that_runs_is_used(assay: Server) -> None:
    """Without a directory of its own the demo sends to the Assay that runs already, and leaves it running."""
    with reachable(None) as found:
        assert found.child is None
        assert (found.api, found.otlp) == (assay.api, assay.otlp)
    assert assay.is_ready()


def test_a_refused_question_is_an_error(assay: Server) -> None:
    """What the server says about a wrong question is in the error."""
    with pytest.raises(Permanent, match="no_such_table"):
        assay.ask("SELECT 1 FROM no_such_table")


def test_a_server_that_cannot_start_says_why(ports: None, tmp_path: Path) -> None:
    """When the server ends at once the error has its own words, and a hint where to read more."""
    (tmp_path / "server" / "lock").mkdir(parents=True)
    with pytest.raises(Permanent, match=r"`assay serve` has ended: Cannot use") as caught, reachable(tmp_path):
        raise AssertionError("the server started without a data directory")
    assert str(tmp_path / "server.log") in caught.value.hint
