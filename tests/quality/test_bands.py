from __future__ import annotations

import pytest

from assay.quality.bands import editions


@pytest.mark.parametrize("edition", ["2019", "2021", "2023", "2024"])
def test_every_edition_says_where_it_is_from(edition: str) -> None:
    """A band has an edition, and the edition a source."""
    assert editions()[edition].source


@pytest.mark.parametrize(
    ("edition", "metric", "values", "band"),
    [
        ("2019", "deployment_frequency", {"days_per_week": 3.0, "per_day": 1.0, "per_month": 30.0}, "elite"),
        ("2021", "deployment_frequency", {"days_per_week": 3.0, "per_day": 1.0, "per_month": 30.0}, "high"),
        ("2023", "deployment_frequency", {"days_per_week": 0.0, "per_day": 0.03, "per_month": 0.9}, "low"),
        ("2024", "deployment_frequency", {"days_per_week": 5.0, "per_day": 1.0, "per_month": 30.0}, "high"),
        ("2021", "change_lead_time", {"value": 3600.0}, "high"),
        ("2023", "change_lead_time", {"value": 3600.0}, "elite"),
        ("2021", "change_failure_rate", {"value": 0.15}, "elite"),
        ("2023", "change_failure_rate", {"value": 0.15}, "medium"),
        ("2024", "change_failure_rate", {"value": 0.15}, None),
        ("2024", "recovery_time", {"value": 2 * 86400.0}, None),
        ("2023", "recovery_time", {"value": None}, None),
    ],
)
def test_the_same_value_has_a_band_per_edition(
    edition: str, metric: str, values: dict[str, float | None], band: str | None
) -> None:
    """Limits are those of the edition; where its clusters give no order, or there is no value, there is no band."""
    assert editions()[edition].band(metric, values) == band
