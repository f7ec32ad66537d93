"""A trace as a tree on a time line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.text import Text

from assay.cli._render import SEVERITY_STYLES, clean, counted, duration, instant, local, text, value

_BAR = 40
_NAME = 64
_COLORS = ("cyan", "magenta", "blue", "yellow", "green", "bright_cyan", "bright_magenta", "bright_blue")


@dataclass(slots=True)
class Row:
    """A span in its place: `guides` draw the tree; times are nanoseconds since 1970.

    `shift_ns` was added to its start, because its clock says that it began before its parent.
    """

    span: dict[str, Any]
    guides: str
    start_ns: int
    shift_ns: int
    orphan: bool
    leaf: bool = field(default=True)

    @property
    def end_ns(self) -> int:
        return self.start_ns + int(self.span["duration_ns"])


def arrange(spans: list[dict[str, Any]]) -> list[Row]:
    """Return the spans as a tree, each parent before its children, these by start.

    A span whose parent is missing begins a tree of its own, as does one of spans that are each other's parents. A span of
    another service that began before its parent is moved, with all below it, to where it fits: clocks differ.
    """
    first: dict[str, int] = {}
    for index, span in enumerate(spans):
        first.setdefault(span["span_id"], index)
    children: dict[int, list[int]] = defaultdict(list)
    roots = []
    for index, span in enumerate(spans):
        parent = first.get(span["parent_span_id"]) if span["parent_span_id"] else None
        if parent is None or parent == index:
            roots.append(index)
        else:
            children[parent].append(index)
    rows: list[Row] = []
    seen: set[int] = set()
    for root in (*roots, *range(len(spans))):
        rows.extend(_tree(spans, children, root, seen))
    return rows


def _tree(spans: list[dict[str, Any]], children: dict[int, list[int]], root: int, seen: set[int]) -> Iterator[Row]:
    # An explicit stack: a trace may be deeper than Python's.
    stack: list[tuple[int, Row | None, str, str]] = [(root, None, "", "")]
    while stack:
        index, parent, guide, below = stack.pop()
        if index in seen:
            continue
        seen.add(index)
        span = spans[index]
        row = _place(span, parent, guide)
        row.leaf = not children[index]
        yield row
        last = len(children[index]) - 1
        ordered = sorted(children[index], key=lambda child: spans[child]["start"])
        stack.extend(
            (child, row, below + ("└─ " if place == last else "├─ "), below + ("   " if place == last else "│  "))
            for place, child in reversed(list(enumerate(ordered)))
        )


def _place(span: dict[str, Any], parent: Row | None, guide: str) -> Row:
    start = nanoseconds(span["start"])
    shift = parent.shift_ns if parent else 0
    if parent and start + shift < parent.start_ns and span["service"] != parent.span["service"]:
        # As in Jaeger: in the middle of the parent if it fits in, else where the parent begins.
        slack = max(0, int(parent.span["duration_ns"]) - int(span["duration_ns"]))
        shift = parent.start_ns + slack // 2 - start
    return Row(span, guide, start + shift, shift, orphan=parent is None and bool(span["parent_span_id"]))


def nanoseconds(rfc3339: str) -> int:
    """Read a time of an answer exactly."""
    return int(instant(f"{rfc3339[:19]}.000000").timestamp()) * 1_000_000_000 + int(rfc3339[20:29])


def render(out: Console, trace: dict[str, Any], *, verbose: bool) -> None:
    """Print a trace as the API gives it."""
    rows = arrange(trace["spans"])
    begin = min((row.start_ns for row in rows), default=0)
    end = max((row.end_ns for row in rows), default=0)
    services = list(dict.fromkeys(row.span["service"] for row in rows))
    colors = {service: _COLORS[index % len(_COLORS)] for index, service in enumerate(services)}
    _print_head(out, trace, rows, services, end - begin)
    names = [clean(f"{row.guides}{row.span['service']}: {row.span['name']}") for row in rows]
    width = max(map(len, names), default=0)
    if out.is_terminal:
        width = min(width, _NAME, max(20, out.width - _BAR - 20))
    for row, name in zip(rows, names, strict=True):
        line = _line(row, name, width, (begin, end), colors[row.span["service"]])
        out.print(line, no_wrap=True, overflow="ellipsis", crop=True)
        if verbose:
            _print_details(out, row)
    _print_notes(out, trace, rows)
    _print_logs(out, trace, begin, colors)


def _print_head(out: Console, trace: dict[str, Any], rows: list[Row], services: list[str], length: int) -> None:
    out.print(Text(f"Trace {trace['trace_id']}", "bold"))
    if rows:
        errors = sum(row.span["status"] == "error" for row in rows)
        start = local(min(row.span["start"] for row in rows))
        parts = [start, duration(length), counted(len(rows), "span"), counted(errors, "error"), clean(", ".join(services))]
        out.print(Text(" · ".join(parts)))
    else:
        out.print("It has no spans here, only log records.")
    out.print()


def _line(row: Row, name: str, width: int, window: tuple[int, int], color: str) -> Text:
    failed = row.span["status"] == "error"
    shown = name if len(name) <= width else name[: width - 1] + "…"
    line = Text(shown.ljust(width), "red" if failed else "")
    line.append(" ✗ " if failed else "   ", "bold red")
    line.append("│", "dim")
    line.append(_bar(row, *window), "red" if failed else color)
    line.append("│ ", "dim")
    line.append(duration(row.span["duration_ns"]).rjust(8))
    return line


def _bar(row: Row, begin: int, end: int) -> str:
    length = max(1, end - begin)
    left = min(_BAR - 1, (row.start_ns - begin) * _BAR // length)
    right = max(left + 1, min(_BAR, -((begin - row.end_ns) * _BAR // length)))
    return " " * left + "█" * (right - left) + " " * (_BAR - right)


def _print_details(out: Console, row: Row) -> None:
    span = row.span
    indent = " " * (len(row.guides) + 2)
    lines = [f"span {span['span_id']} · {span['kind']} · {span['scope']['name']}"]
    if span["status_message"]:
        lines.append(f"{span['status']}: {span['status_message']}")
    lines += [f"{key} = {value(described)}" for key, described in span["attributes"].items()]
    for event in span["events"]:
        at = duration(max(0, nanoseconds(event["time"]) + row.shift_ns - row.start_ns))
        listed = "".join(f"  {key}={value(described)}" for key, described in event["attributes"].items())
        lines.append(f"+{at} {event['name']}{listed}")
    lines += [f"link to span {link['span_id']} of trace {link['trace_id']}" for link in span["links"]]
    for each in lines:
        out.print(text(f"{indent}{each}", "dim"), soft_wrap=True)


def _print_notes(out: Console, trace: dict[str, Any], rows: list[Row]) -> None:
    orphans = [row for row in rows if row.orphan]
    if orphans:
        out.print(f"\n{counted(len(orphans), 'span')} without the parent in this trace.", style="yellow")
    moved = {row.span["service"]: row.shift_ns for row in rows if row.shift_ns}
    for service, shift in moved.items():
        out.print(text(f"The clock of {service} is about {duration(abs(shift))} behind; its spans are moved.", "yellow"))
    if trace["followers"]:
        out.print(f"\nLinked from {counted(len(trace['followers']), 'span')} of other traces:")
    for each in trace["followers"]:
        line = f"  {local(each['start'])} {each['service']}: {each['name']}, trace {each['trace_id']}"
        out.print(text(line), soft_wrap=True)
    if trace["more_spans"]:
        out.print(f"Only the first {counted(len(rows), 'span')} can be shown.", style="yellow")


def _print_logs(out: Console, trace: dict[str, Any], begin: int, colors: dict[str, str]) -> None:
    if not trace["logs"]:
        return
    out.print(Text("\nLogs", "bold"))
    for record in trace["logs"]:
        offset = nanoseconds(record["time"]) - begin
        at = f"{'-' if offset < 0 else '+'}{duration(abs(offset))}" if trace["spans"] else local(record["time"])
        severity = record["severity"] or record["severity_text"]
        line = Text(f"{at:>10} ")
        line.append(f"{clean(severity).upper():<6}", SEVERITY_STYLES.get(record["severity"], ""))
        line.append(clean(record["service"]), colors.get(record["service"], ""))
        line.append(clean(f" {record['event_name'] or ''} {value(record['body'])}".replace("  ", " ")))
        out.print(line, soft_wrap=True)
    if trace["more_logs"]:
        out.print(f"Only the last {counted(len(trace['logs']), 'record')} can be shown.", style="yellow")
