"""From a source's settings to its connector: the one place that knows which system is which class."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from app.profile import SourceSettings
from connectors.feed_journal import journal_in
from domain.errors import BadInputError
from domain.ids import SourceName

if TYPE_CHECKING:
    from connectors.drop_folder import Mailbox
    from connectors.feed_journal import FeedJournal
    from connectors.outgoing_request import Signer
    from connectors.protocol import Connector
    from domain.clock import Clock

Credential = Callable[[str], str]


def connector_of(
    source: SourceSettings,
    *,
    credential: Credential,
    folder: Path,
    clock: Clock,
    monotonic: Callable[[], float],
    sign: Signer | None = None,
    journal: FeedJournal | None = None,
) -> Connector:
    """The connector of a source; nothing is sent yet.

    ``credential(name)`` gives a stored secret; ``folder`` is where a connector may remember its manifest or
    what came, and from where paths of the profile count; ``monotonic`` bounds how long an answer may take;
    ``sign`` signs requests with the desk's key, for services that ask for it (``auth = "device"``);
    ``journal`` is where a connector keeps what came, if not in ``folder``.

    Raises:
        BadInputError: the system is unknown, or its settings cannot be used.
    """
    feed = journal or journal_in(sources_folder(folder, source.name))
    makers: dict[str, Callable[[], Connector]] = {
        "service": lambda: _service(source, credential, folder, monotonic, sign),
        "tryton": lambda: _tryton(source, credential, clock, monotonic),
        "edi": lambda: _edi(source, credential, folder, clock, feed),
        "files": lambda: _files(source, credential, folder, clock, feed),
        "karrio": lambda: _karrio(source, credential, clock, monotonic, feed),
        "odata": lambda: _odata(source, credential, folder, clock, monotonic),
        "sql": lambda: _sql(source, credential, folder, clock),
        "push": lambda: _push(source, credential, clock, feed),
    }
    if source.system not in makers:
        raise BadInputError(
            what=f"The source {source.name} is of an unknown system {source.system!r}.",
            remedy=f"Use one of {', '.join(makers)}.",
        )
    return makers[source.system]()


def sources_folder(folder: Path, name: str) -> Path:
    """Where a source keeps what came, in the folder of a profile or of a service."""
    return folder / "sources" / name


def _service(
    source: SourceSettings,
    credential: Credential,
    folder: Path,
    monotonic: Callable[[], float],
    sign: Signer | None,
) -> Connector:
    http = import_module("connectors.http")
    client = import_module("connectors.service_client.connector")
    by_device = source.option("auth", "token") == "device"
    if by_device and sign is None:
        raise BadInputError(
            what=f"The source {source.name} asks for a device's signature, and no key is at hand here.",
            remedy="Leave auth out, and store the service's token.",
        )
    headers = sign if by_device else {"Authorization": f"Bearer {credential(source.secret)}"}
    ca_file = source.option("ca_file")
    connector: Connector = client.ServiceConnector(
        SourceName(source.name),
        http.HttpClient(
            source.url, headers=headers, monotonic=monotonic, ca_file=folder / ca_file if ca_file else None
        ),
        manifest_file=folder / "manifests" / f"{source.name}.json",
    )
    return connector


def _tryton(
    source: SourceSettings, credential: Credential, clock: Clock, monotonic: Callable[[], float]
) -> Connector:
    http = import_module("connectors.http")
    settings = import_module("connectors.tryton.settings")
    tryton = import_module("connectors.tryton.connector")
    connector: Connector = tryton.TrytonConnector(
        SourceName(source.name),
        http.HttpClient(source.url, monotonic=monotonic),
        settings=settings.settings_from(dict(source.options)),
        password=credential(source.secret),
        clock=clock,
    )
    return connector


def _odata(
    source: SourceSettings,
    credential: Credential,
    folder: Path,
    clock: Clock,
    monotonic: Callable[[], float],
) -> Connector:
    http = import_module("connectors.http")
    odata = import_module("connectors.odata.connector")
    headers = odata.authorisation(source.option("user"), credential(source.secret))
    connector: Connector = odata.ODataConnector(
        SourceName(source.name),
        http.HttpClient(source.url, headers=headers, monotonic=monotonic),
        profiles=_path(source, source.option("mappings"), folder),
        clock=clock,
    )
    return connector


def _sql(source: SourceSettings, credential: Credential, folder: Path, clock: Clock) -> Connector:
    database = import_module("connectors.sql_view.client")
    sql = import_module("connectors.sql_view.connector")
    connector: Connector = sql.SqlConnector(
        SourceName(source.name),
        database.Database(
            source.url,
            password=credential(source.secret) if source.secret else "",
            statement_seconds=_seconds(source, "statement_seconds", "30"),
        ),
        profiles=_path(source, source.option("mappings"), folder),
        clock=clock,
    )
    return connector


def _edi(
    source: SourceSettings, credential: Credential, folder: Path, clock: Clock, feed: FeedJournal
) -> Connector:
    client = import_module("connectors.edi.client")
    edi = import_module("connectors.edi.connector")
    connector: Connector = edi.EdiConnector(
        SourceName(source.name),
        _drop_folder(source, credential, folder, client.mailbox, client.LIMITS.file_bytes),
        partners=_path(source, source.option("partners"), folder),
        journal=feed,
        clock=clock,
    )
    return connector


def _files(
    source: SourceSettings, credential: Credential, folder: Path, clock: Clock, feed: FeedJournal
) -> Connector:
    client = import_module("connectors.files.client")
    files = import_module("connectors.files.connector")
    connector: Connector = files.FilesConnector(
        SourceName(source.name),
        _drop_folder(source, credential, folder, client.watched_folder, client.TABLE_LIMITS.file_bytes),
        mappings=_path(source, source.option("mappings"), folder),
        journal=feed,
        clock=clock,
    )
    return connector


def _karrio(
    source: SourceSettings,
    credential: Credential,
    clock: Clock,
    monotonic: Callable[[], float],
    feed: FeedJournal,
) -> Connector:
    http = import_module("connectors.http")
    client = import_module("connectors.karrio.client")
    karrio = import_module("connectors.karrio.connector")
    headers = {"Authorization": f"Token {credential(source.secret)}"}
    connector: Connector = karrio.KarrioConnector(
        SourceName(source.name),
        client.KarrioClient(http.HttpClient(source.url, headers=headers, monotonic=monotonic)),
        journal=feed,
        clock=clock,
    )
    return connector


def _push(source: SourceSettings, credential: Credential, clock: Clock, feed: FeedJournal) -> Connector:
    push = import_module("connectors.push.connector")
    nats = import_module("connectors.push.client")
    connector = push.PushConnector(SourceName(source.name), journal=feed, clock=clock)
    if source.url:
        settings = nats.NatsSettings(
            url=source.url,
            stream=source.option("stream"),
            durable=source.option("durable", "control-tower"),
            subject=source.option("subject", ">"),
            token=credential(source.secret) if source.secret else "",
        )
        connector.intake = nats.NatsIntake(settings, connector.take)
    made: Connector = connector
    return made


def _seconds(source: SourceSettings, name: str, default: str) -> int:
    text = source.option(name, default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise BadInputError(
            what=f"{name} of the source {source.name} is {text!r}.", remedy="Give whole seconds above zero."
        )
    return int(text)


def _drop_folder(
    source: SourceSettings,
    credential: Credential,
    folder: Path,
    local: Callable[[Path], Mailbox],
    most_bytes: int,
) -> Mailbox:
    """Where files come from: a folder of this machine or its shares, or one on an SFTP server."""
    if not source.url.startswith("sftp:"):
        return local(_path(source, source.url, folder))
    sftp = import_module("connectors.sftp")
    place = sftp.place_of(source.url, source.option("host_key"))
    found: Mailbox = sftp.SftpFolder(place, secret=credential(source.secret), most_bytes=most_bytes)
    return found


def _path(source: SourceSettings, text: str, folder: Path) -> Path:
    """A path of a source's settings; as with every path of a profile, from its folder unless absolute."""
    if not text.strip() or "://" in text:
        raise BadInputError(
            what=f"The source {source.name} names no folder where it should.",
            remedy="Give url (the drop folder) and partners or mappings as paths of folders.",
        )
    return folder / text
