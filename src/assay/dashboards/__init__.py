"""Dashboards for Grafana (written by dashboards/generate.py) and rules for Prometheus, as files."""

from importlib.resources import files


def shipped() -> dict[str, str]:
    """Return the text of each file by its name."""
    found = [each for each in files(__name__).iterdir() if each.name.endswith((".json", ".yaml"))]
    return {each.name: each.read_text("utf-8") for each in sorted(found, key=lambda each: each.name)}
