"""Requests on disk: written here before they are acknowledged, read from here into the store."""

from assay.journal.dead_letter import DeadLetter
from assay.journal.journal import Journal
from assay.journal.queue import Queue

__all__ = ["DeadLetter", "Journal", "Queue"]
