from __future__ import annotations

import pytest

from assay.core.errors import InvalidInput
from assay.store.untrusted import refuse_names


@pytest.mark.parametrize(
    "formatted",
    [
        "SELECT file('x')",
        "SELECT `file`('x')",
        "SELECT \"file\"('x')",
        "SELECT * APPLY(file) FROM (SELECT 'x')",
        "SELECT arrayMap(file, ['x'])",
        "SELECT 'it''s', 'a\\'b', `a\\`b`, file('x')",
        "SELECT {f:Identifier}",
        "SELECT * FROM sqlite('x', 't')",
        "SELECT assay_policy_clean('user.id', 'anna')",
    ],
)
def test_a_name_that_reaches_out_is_refused(formatted: str) -> None:
    """A function is found under its name alone, quoted or not, behind any literal, or where a parameter could name it."""
    with pytest.raises(InvalidInput):
        refuse_names(formatted)


@pytest.mark.parametrize(
    "formatted",
    ["SELECT SpanAttributes['file']", "SELECT 'a''file', 'x\\'file'", "SELECT `code.file.path`, file_name, profile FROM files"],
)
def test_the_word_is_free_elsewhere(formatted: str) -> None:
    """Attribute keys, texts and longer names may have the word in them."""
    refuse_names(formatted)
