"""Child process that is a karrio server with an empty database; started as a file inside its environment.

Prints its address and a token as one line of JSON, and ends when its standard input closes, so that a killed
test run leaves no server behind.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

# Tables made from the models: running every migration of the product takes two minutes.
SETTINGS = """
from karrio.server.settings import *

class _NoMigrations:
    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None

MIGRATION_MODULES = _NoMigrations()
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "oauth2_provider.IDToken"
OAUTH2_PROVIDER_GRANT_MODEL = "oauth2_provider.Grant"
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "oauth2_provider.RefreshToken"
OAUTH2_PROVIDER_DEVICE_GRANT_MODEL = "oauth2_provider.DeviceGrant"
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}
"""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""


def _serve(folder: Path) -> None:
    (folder / "karrio_for_tests.py").write_text(SETTINGS, encoding="utf-8")
    sys.path.insert(0, str(folder))
    os.environ.update(
        DJANGO_SETTINGS_MODULE="karrio_for_tests",
        WORK_DIR=str(folder),
        LOG_DIR=str(folder),
        LOG_LEVEL="ERROR",
        SECRET_KEY="only-for-tests",
        JWT_SECRET="only-for-tests",
        DEBUG_MODE="False",
        DETACHED_WORKER="True",
        DATABASE_ENGINE="sqlite3",
        DATABASE_NAME="karrio",
    )
    django: Any = importlib.import_module("django")
    django.setup()
    management: Any = importlib.import_module("django.core.management")
    management.call_command("migrate", run_syncdb=True, verbosity=0)
    users: Any = importlib.import_module("django.contrib.auth").get_user_model()
    user = users.objects.create_superuser(email="tower@example.com", password="only-for-tests")
    tokens: Any = importlib.import_module("karrio.server.user.models")
    token, _ = tokens.Token.objects.get_or_create(user=user)
    application: Any = importlib.import_module("django.core.wsgi").get_wsgi_application()
    server = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    said = {"address": f"http://127.0.0.1:{server.server_port}", "token": token.key}
    sys.__stdout__.write(json.dumps(said) + "\n")  # type: ignore[union-attr]
    sys.__stdout__.flush()  # type: ignore[union-attr]
    sys.stdin.read()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
