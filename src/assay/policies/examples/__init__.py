"""Behaviour tests of what comes with Assay, and examples of how policies are written; `assay policy test` runs them."""
