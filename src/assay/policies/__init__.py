"""What the organisation has decided, written in YAML by people and compiled to SQL that anyone can read."""
