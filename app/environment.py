"""The environment variables the program knows."""

from __future__ import annotations

HOME_VARIABLE = "CONTROL_TOWER_HOME"
PIN_VARIABLE = "CONTROL_TOWER_PIN"
PIN_FILE_VARIABLE = "CONTROL_TOWER_PIN_FILE"
HUB_TOKEN_VARIABLE = "CONTROL_TOWER_HUB_TOKEN"  # noqa: S105 - the name of a variable, not a token
SOURCE_PASSWORD_VARIABLE = "CONTROL_TOWER_SOURCE_PASSWORD"  # noqa: S105 - as above
#: Where systemd puts the credentials of a unit.
CREDENTIALS_FOLDER_VARIABLE = "CREDENTIALS_DIRECTORY"
