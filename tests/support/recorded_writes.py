"""Every write and sync that SQLite makes, in its order, as SQLite itself asks the system for them.

The system layer of the driver's SQLite (its VFS) is tapped by its own C interface: each file it opens gets
methods that note the call and pass it on. From the notes the bytes on disk after any power cut can be made.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlcipher3._sqlite3 as driver

_VOID, _INT, _I64 = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
#: Functions of ``sqlite3_io_methods``, and the places of those that are tapped.
_FUNCTIONS, _WRITE, _TRUNCATE, _SYNC = 18, 2, 3, 4
_WriteCall = ctypes.CFUNCTYPE(_INT, _VOID, _VOID, _INT, _I64)
_TruncateCall = ctypes.CFUNCTYPE(_INT, _VOID, _I64)
_SyncCall = ctypes.CFUNCTYPE(_INT, _VOID, _INT)
#: The path goes on as the very pointer that came: an open file keeps its name by it.
_OpenCall = ctypes.CFUNCTYPE(_INT, _VOID, _VOID, _VOID, _INT, _VOID)
_DeleteCall = ctypes.CFUNCTYPE(_INT, _VOID, ctypes.c_char_p, _INT)


class _Methods(ctypes.Structure):
    """``sqlite3_io_methods``: a version and the functions."""

    _fields_ = (("version", _INT), ("functions", _VOID * _FUNCTIONS))


class _File(ctypes.Structure):
    """``sqlite3_file``."""

    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


class _Vfs(ctypes.Structure):
    """``sqlite3_vfs`` up to the functions that are tapped."""

    _fields_ = (
        ("version", _INT),
        ("file_size", _INT),
        ("longest_path", _INT),
        ("following", _VOID),
        ("name", ctypes.c_char_p),
        ("app_data", _VOID),
        ("open", _VOID),
        ("delete", _VOID),
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One call: ``write`` (at, data), ``truncate`` (at), ``sync``, ``delete``, or a ``mark`` of the test."""

    kind: str
    path: str
    at: int = 0
    data: bytes = b""


@dataclass
class Recorder:
    """The calls on files below a folder, in their order."""

    folder: str
    calls: list[Call] = field(default_factory=list)
    _paths: dict[int, str] = field(default_factory=dict)
    _kept: list[Any] = field(default_factory=list)
    _tables: dict[int, _Methods] = field(default_factory=dict)

    def mark(self, words: str) -> None:
        """Note what the program did at this point, say, acknowledged a commit."""
        self.calls.append(Call("mark", words))

    def watches(self, path: str) -> bool:
        """Whether a file is one to be recorded; what is shared in memory only is not."""
        return path.startswith(self.folder) and not path.endswith("-shm")

    def opened(self, path: str, address: int) -> None:
        """A file was opened: from now on its methods are tapped."""
        file = ctypes.cast(address, ctypes.POINTER(_File)).contents
        if not self.watches(path) or not file.methods:
            return
        self._paths[address] = path
        original = ctypes.addressof(file.methods.contents)
        if original not in self._tables:
            self._tables[original] = self._tapped(file.methods.contents)
        file.methods = ctypes.pointer(self._tables[original])

    def _tapped(self, original: _Methods) -> _Methods:
        table = _Methods()
        ctypes.memmove(ctypes.byref(table), ctypes.byref(original), ctypes.sizeof(_Methods))
        write = _WriteCall(original.functions[_WRITE])
        truncate = _TruncateCall(original.functions[_TRUNCATE])
        sync = _SyncCall(original.functions[_SYNC])

        def on_write(file: int, data: int, size: int, at: int) -> int:
            self.calls.append(Call("write", self._paths[file], at, ctypes.string_at(data, size)))
            return int(write(file, data, size, at))

        def on_truncate(file: int, size: int) -> int:
            self.calls.append(Call("truncate", self._paths[file], size))
            return int(truncate(file, size))

        def on_sync(file: int, flags: int) -> int:
            answer = int(sync(file, flags))
            self.calls.append(Call("sync", self._paths[file]))
            return answer

        ours = {
            _WRITE: _WriteCall(on_write),
            _TRUNCATE: _TruncateCall(on_truncate),
            _SYNC: _SyncCall(on_sync),
        }
        self._kept.append((original, ours))
        for place, call in ours.items():
            table.functions[place] = ctypes.cast(call, _VOID).value
        return table


@contextmanager
def recorded_writes(folder: Path) -> Iterator[Recorder]:
    """Record what is written below ``folder``; connections that are opened inside must be closed inside."""
    library = ctypes.CDLL(driver.__file__)
    library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    recorder = Recorder(str(folder))
    real_open, real_delete = _OpenCall(vfs.open), _DeleteCall(vfs.delete)
    kept = (vfs.open, vfs.delete)

    def on_delete(system: int, path: bytes, sync_folder: int) -> int:
        if recorder.watches(path.decode()):
            recorder.calls.append(Call("delete", path.decode()))
        return int(real_delete(system, path, sync_folder))

    def on_open(system: int, path: int | None, file: int, flags: int, out: int) -> int:
        answer = int(real_open(system, path, file, flags, out))
        if answer == 0 and path:
            recorder.opened(ctypes.string_at(path).decode(), file)
        return answer

    tap_open, tap_delete = _OpenCall(on_open), _DeleteCall(on_delete)
    vfs.open, vfs.delete = ctypes.cast(tap_open, _VOID).value, ctypes.cast(tap_delete, _VOID).value
    try:
        yield recorder
    finally:
        vfs.open, vfs.delete = kept
