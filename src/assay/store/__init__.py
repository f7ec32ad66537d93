"""The store: the engine, its schema, and the loader that fills it from the journal."""

from assay.store.decoding import apply_decoding
from assay.store.engine import EmbeddedEngine
from assay.store.loader import Loader
from assay.store.migrations import migrate
from assay.store.retention import RetentionSchedule, drop_expired

__all__ = ["EmbeddedEngine", "Loader", "RetentionSchedule", "apply_decoding", "drop_expired", "migrate"]
