"""Django's settings for the ledger."""

import os

SECRET_KEY = "no secrets are kept in the demo"  # noqa: S105 - nothing is signed with it
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "assay.demo.ledger"
MIDDLEWARE: list[str] = []
USE_TZ = True
LOGGING_CONFIG = None  # the root logger is set up by the host
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ["LEDGER_DATABASE"],
        "OPTIONS": {"timeout": 30, "transaction_mode": "IMMEDIATE"},
    }
}
