"""The store: the engine, its schema, and the loader that fills it from the journal."""

from assay.store.decoding import apply_decoding
from assay.store.engine import EmbeddedEngine
from assay.store.loader import Loader
from assay.store.migrations import migrate
from assay.store.retention import RetentionSchedule, delete_expired_events, drop_expired, kept_days
from assay.store.service_graph import ServiceGraph

__all__ = [
    "EmbeddedEngine",
    "Loader",
    "RetentionSchedule",
    "ServiceGraph",
    "apply_decoding",
    "delete_expired_events",
    "drop_expired",
    "kept_days",
    "migrate",
]
