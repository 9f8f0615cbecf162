"""Drop folders on a real OpenSSH server: the contract, keys, half files, doubles, and cuts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.feed_journal import journal_in
from connectors.files.connector import FilesConnector
from connectors.sftp import SftpFolder, place_of
from domain.errors import BadInputError, RefusedError, UnavailableError
from domain.ids import SourceName
from tests.support.connector_contract import ConnectorContract, ConnectorHarness, read_all, state_of
from tests.support.files_site import STOCK, STOCK_FILE
from tests.support.living_world import SteppingClock
from tests.support.sftp_server import SftpServer, why_not

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not() or "there is one")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    """A server with an empty drop folder."""
    with SftpServer(tmp_path / "sftp") as found:
        yield found


def files_over(server: SftpServer, state: Path) -> FilesConnector:
    """Files read by SFTP with the stock mapping."""
    (state / "mappings").mkdir(parents=True, exist_ok=True)
    (state / "mappings" / "stock.toml").write_text(STOCK, encoding="utf-8")
    return FilesConnector(
        SourceName("files"),
        server.mailbox(),
        mappings=state / "mappings",
        journal=journal_in(state / "kept"),
        clock=SteppingClock(),
    )


class TestFilesOverSftp(ConnectorContract):
    """A stock list with one row that nobody can count, on a server that can be ended."""

    @pytest.fixture
    def harness(self, server: SftpServer, tmp_path: Path) -> ConnectorHarness:
        (server.drop / "in" / "stock-1.csv").write_text(STOCK_FILE + "A-4;many;1\n", encoding="utf-8")
        connector = files_over(server, tmp_path / "tower")

        def lose_access() -> None:
            (server.folder / "authorized").write_text("", encoding="utf-8")
            connector.close()

        return ConnectorHarness(
            connector=connector,
            lose_access=lose_access,
            secret=server.secret(),
            stream="stock",
            bad_stream="stock",
            take_down=server.kill,
            bring_back=server.start,
        )


def names(server: SftpServer, folder: str) -> list[str]:
    return sorted(path.name for path in (server.drop / folder).iterdir())


def test_a_stranger_is_refused_in_words_and_no_secret_stands_in_them(server: SftpServer) -> None:
    for secret in (server.secret("stranger"), "a-password-of-nobody"):
        with pytest.raises(RefusedError, match="does not let") as caught:
            server.mailbox(secret=secret).check()
        assert secret not in str(caught.value)


def test_a_server_with_another_key_gets_nothing(server: SftpServer) -> None:
    other = (server.folder / "stranger.pub").read_text(encoding="utf-8")
    with pytest.raises(RefusedError, match="another key"):
        server.mailbox(host_key=other).check()
    with pytest.raises(BadInputError, match="host_key is missing"):
        place_of(server.url, "")


def test_what_is_being_written_is_left_alone_until_it_is_whole(server: SftpServer) -> None:
    mailbox = server.mailbox()
    mailbox.check()
    for name in ("a.csv.part", ".b.csv", "c.csv.tmp"):
        (server.drop / "in" / name).write_text("half", encoding="utf-8")
    (server.drop / "in" / "folder").mkdir()
    assert mailbox.waiting(10) == []
    (server.drop / "in" / "a.csv.part").rename(server.drop / "in" / "a.csv")
    assert mailbox.waiting(10) == ["a.csv"]
    assert mailbox.read("a.csv") == b"half"


def test_a_file_beyond_the_bound_is_refused_before_it_is_read(server: SftpServer) -> None:
    server.most_bytes = 10
    (server.drop / "in" / "big.csv").write_bytes(b"x" * 11)
    with pytest.raises(BadInputError, match="larger than 10"):
        server.mailbox().read("big.csv")


def test_what_goes_out_is_seen_whole_or_not_at_all_and_once(server: SftpServer) -> None:
    mailbox = server.mailbox()
    mailbox.check()
    for _ in range(2):
        mailbox.draft("a.edi", "ISA*…~", "utf-8")
    mailbox.draft("b.edi", "ISA*forgotten~", "utf-8")
    assert names(server, "out") == [".a.edi.part", ".b.edi.part"]
    mailbox.drop_drafts({"a.edi"})
    mailbox.hand_out("a.edi")
    assert names(server, "out") == ["a.edi"]
    assert (server.drop / "out" / "a.edi").read_text(encoding="utf-8") == "ISA*…~"
    (server.drop / "out" / "a.edi").unlink()  # the partner has it now
    mailbox.hand_out("a.edi")
    assert names(server, "out") == []


def test_a_file_put_in_the_place_of_one_that_was_read_stays(server: SftpServer) -> None:
    mailbox = server.mailbox()
    mailbox.check()
    waiting = server.drop / "in" / "stock.csv"
    waiting.write_text("old", encoding="utf-8")
    assert mailbox.read("stock.csv") == b"old"
    waiting.write_text("newer", encoding="utf-8")
    mailbox.finish("stock.csv")
    assert (names(server, "in"), names(server, "done")) == (["stock.csv"], [])
    assert mailbox.read("stock.csv") == b"newer"
    mailbox.finish("stock.csv")
    assert (names(server, "in"), names(server, "done")) == ([], ["stock.csv"])


def test_a_name_that_is_taken_gets_a_number_and_nothing_is_written_over(server: SftpServer) -> None:
    mailbox = server.mailbox()
    mailbox.check()
    for text in ("1", "2", "3"):
        (server.drop / "in" / "a.csv").write_text(text, encoding="utf-8")
        mailbox.read("a.csv")
        mailbox.finish("a.csv")
    (server.drop / "in" / "b.csv").write_text("4", encoding="utf-8")
    mailbox.read("b.csv")
    mailbox.refuse("b.csv", "it is no table")
    assert [(server.drop / "done" / n).read_text(encoding="utf-8") for n in names(server, "done")] == [
        "1",
        "2",
        "3",
    ]
    assert (server.drop / "bad" / "b.csv.reason.txt").read_text(encoding="utf-8") == "it is no table\n"


@pytest.mark.parametrize("step", ["check", "waiting", "read", "finish"])
def test_a_connection_cut_at_any_step_ends_with_the_same_records(
    server: SftpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (server.drop / "in" / "stock-1.csv").write_text(STOCK_FILE, encoding="utf-8")
    connector = files_over(server, tmp_path / "tower")
    real = getattr(SftpFolder, step)
    cuts = [True]

    def cut_first(self: SftpFolder, *arguments: object, **more: object) -> object:
        if cuts:
            cuts.pop()
            server.kill()
            try:
                return real(self, *arguments, **more)
            finally:
                server.start()
        return real(self, *arguments, **more)

    monkeypatch.setattr(SftpFolder, step, cut_first)
    with pytest.raises(UnavailableError):
        connector.changes("stock", None, 10)
    pages, _ = read_all(connector, "stock", limit=10)
    assert sorted(ref.entity_id for ref in state_of(pages)) == ["dc-1|A-1", "dc-1|A-2", "dc-1|A-3"]
    assert sum(len(page.records) for page in pages) == 3
    assert (names(server, "in"), names(server, "done")) == ([], ["stock-1.csv"])


@pytest.mark.parametrize(
    "url",
    ["ftp://u@h/x", "sftp://h/x", "sftp://u:secret@h/x", "sftp://u@h:port/x"],
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match="SFTP address"):
        place_of(url, "ssh-ed25519 AAAA")
    with pytest.raises(BadInputError, match="host_key is no key"):
        SftpFolder(place_of("sftp://u@h/x", "ssh-ed25519 AAAA"), secret="x", most_bytes=1)
