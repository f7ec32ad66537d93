"""What all dashboards look alike in: where the data comes from, how a chart, a figure and a table are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from grafana_foundation_sdk.builders import common, prometheus, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = model.DataSourceRef(type_val="prometheus", uid="${datasource}")
TALL, LOW = 8, 4
WHOLE, HALF, THIRD, QUARTER = 24, 12, 8, 6

Query = tuple[str, str]
"""PromQL, and what its series are called in the legend."""


def board(uid: str, title: str, description: str, since: str = "now-1h") -> build.Dashboard:
    """Begin a dashboard that shows the time since `since`, from the Prometheus that its reader chooses."""
    return (
        build.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags(["assay"])
        .time(since, "now")
        .timezone("browser")
        .refresh("1m")
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .with_variable(build.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
        .link(
            build.DashboardLink("Assay")
            .tags(["assay"])
            .as_dropdown(True)
            .keep_time(True)
            .type(model.DashboardLinkType.DASHBOARDS)
        )
    )


def choice(name: str, label: str, metric: str, of: str) -> build.QueryVariable:
    """Let the reader choose among the values of a label; `of` is its name."""
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(f"label_values({metric}, {of})")
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def chart(
    title: str, description: str, unit: str, queries: Sequence[Query], span: int = HALF, *, stacked: bool = False
) -> timeseries.Panel:
    """Draw series over time."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .span(span)
        .height(TALL)
        .line_width(1)
        .fill_opacity(20 if stacked else 8)
        .show_points(shapes.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .display_mode(shapes.LegendDisplayMode.LIST)
            .placement(shapes.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI).sort(shapes.SortOrder.DESCENDING))
    )
    if stacked:
        panel.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL))
    for place, (expression, legend) in enumerate(queries):
        panel.with_target(_query(place).expr(expression).legend_format(legend).exemplar("_bucket" in expression))
    return panel


def figure(
    title: str, description: str, unit: str, expression: str, limits: Sequence[tuple[str, float | None]], *, span: int = QUARTER
) -> stat.Panel:
    """Show the last value, in the colour of the highest of `limits` that it reaches; the first has none."""
    steps = [model.Threshold(color=colour, value=value) for colour, value in limits]
    return (
        stat.Panel()
        .title(title)
        .description(description)
        .datasource(SOURCE)
        .unit(unit)
        .span(span)
        .height(LOW)
        .no_value("no data")
        .graph_mode(shapes.BigValueGraphMode.AREA)
        .thresholds(build.ThresholdsConfig().mode(model.ThresholdsMode.ABSOLUTE).steps(steps))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
        .with_target(_query(0).expr(expression).legend_format(title))
    )


def listing(
    title: str, description: str, columns: Sequence[tuple[str, str, str]], by: Sequence[str], span: int = WHOLE
) -> table.Panel:
    """Show one row for each combination of the labels `by`; a column is its name, its unit and PromQL."""
    panel = table.Panel().title(title).description(description).datasource(SOURCE).span(span).height(TALL).no_value("no data")
    for place, (_, _, expression) in enumerate(columns):
        panel.with_target(_query(place).expr(expression).instant().format(PromQueryFormat.TABLE))
    values = {f"Value #{_letter(place)}" if len(columns) > 1 else "Value": name for place, (name, _, _) in enumerate(columns)}
    for name, unit, _ in columns:
        panel.override_by_name(name, [model.DynamicConfigValue(id_val="unit", value=unit)])
    panel.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
    order = {label: place for place, label in enumerate([*by, *values])}
    panel.with_transformation(
        model.DataTransformerConfig(
            id_val="organize", options={"excludeByName": {"Time": True}, "indexByName": order, "renameByName": values}
        )
    )
    return panel


def _query(place: int) -> prometheus.Dataquery:
    return prometheus.Dataquery().ref_id(_letter(place)).datasource(SOURCE)


def _letter(place: int) -> str:
    return chr(ord("A") + place)
