"""A small order desk of three services that send real telemetry, to see Assay at work and to check it from outside."""
