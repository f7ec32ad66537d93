"""Django's settings."""

ROOT_URLCONF = "sdk.python.tests.apps.django_app"
ALLOWED_HOSTS = ["127.0.0.1"]
SECRET_KEY = "nothing is signed"
MIDDLEWARE: list[str] = []
