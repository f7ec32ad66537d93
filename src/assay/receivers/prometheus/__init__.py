"""Prometheus: remote write, and the pages that are scraped."""
