"""What all four applications do."""

import logging

import assay_sdk

log = logging.getLogger("shop")
logging.basicConfig(level=logging.INFO)


def order(number: str) -> str:
    with assay_sdk.workflow(number, workflow_type="order"):
        log.info("order taken")
    return number
