"""Print what the API answers, as OpenAPI: the types of the web application's requests are made of it."""

from __future__ import annotations

import json
import sys
from typing import cast

from assay.api import create_app
from assay.core.config import Config
from assay.core.ports import Engine


def main() -> None:
    json.dump(create_app(cast("Engine", None), Config().api).openapi(), sys.stdout, indent=1)


if __name__ == "__main__":
    main()
