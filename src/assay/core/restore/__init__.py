"""From rows of the tables back to the OTLP messages that they were made of.

Each row comes from a statement `SELECT * FROM otel_… WHERE … SETTINGS` followed by `ROW_SETTINGS`: with the columns that are
computed when they are asked for, with maps as lists of pairs, so that a key that was sent twice is there twice, and with
doubles as text, so that -0.0 keeps its sign. Rows that a Collector wrote have the columns of its exporter alone; their
attributes are the text that it stored. What cannot come back is listed in docs/formats/tables.md.
"""

from assay.core.restore.logs import logs
from assay.core.restore.metrics import metrics
from assay.core.restore.traces import traces

__all__ = ["ROW_SETTINGS", "logs", "metrics", "traces"]

ROW_SETTINGS = (
    "asterisk_include_alias_columns = 1, output_format_json_map_as_array_of_tuples = 1, "
    "output_format_json_named_tuples_as_objects = 0, output_format_json_quote_64bit_floats = 1"
)
"""Settings of a statement whose rows are to be restored; a `.sql` file repeats them as its last line."""
