"""Behaviour tests that are examples too: what each policy keeps of which spans."""
