"""The `assay` command."""


def main() -> None:
    """Run the command line."""
