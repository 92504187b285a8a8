"""The SQLite store: what stays on the disk, what is refused, what happens when it fails."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sandbox.login.problems import Problem
from sandbox.login.refusals import StoreDown
from sandbox.login.stores import Session
from sandbox.login.stores.sqlite import SQLiteStore
from tests.mortals import told_without_privileges

OUR_MARK = 0x53424F58  # PRAGMA application_id: "SBOX"
PAGE = 4096
ALICE = Session("alice 1", "alice", began=100, seen=200, word="tulip", flash=("hello",))
FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(path)
    yield store
    store.close()


def files_beside(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def fill(path: Path, rows: int) -> None:
    """A store of many pages, closed again."""
    SQLiteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO sessions VALUES (?, 'alice', 1, 1, 'tulip', '[]')",
            ((f"{number:043}",) for number in range(rows)),
        )
    connection.close()


def test_sessions_survive_reopening(path: Path) -> None:
    store = SQLiteStore(path)
    store.create(ALICE)
    store.close()
    reopened = SQLiteStore(path)
    assert reopened.find(ALICE.id) == ALICE
    reopened.close()


def test_two_servers_see_one_another_s_sessions(store: SQLiteStore, path: Path) -> None:
    neighbour = SQLiteStore(path)
    neighbour.create(ALICE)
    assert store.find(ALICE.id) == ALICE
    assert store.delete(ALICE.id) is True
    assert neighbour.touch(ALICE.id, 999) is False
    neighbour.close()


def test_what_was_stored_survives_a_killed_server(path: Path) -> None:
    if FORK is None:
        pytest.skip("needs os.fork")

    def store_and_die() -> None:
        SQLiteStore(path).create(ALICE)
        os.kill(os.getpid(), signal.SIGKILL)

    child = FORK.Process(target=store_and_die)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    store = SQLiteStore(path)
    assert store.find(ALICE.id) == ALICE
    store.close()


def test_the_file_is_its_owners_alone(store: SQLiteStore, path: Path) -> None:
    store.create(ALICE)
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes.pop("sessions.sqlite") == 0o600
    assert set(modes.values()) <= {0o600}, modes


def test_the_file_is_in_wal_mode(store: SQLiteStore, path: Path) -> None:
    """Bytes 18 and 19 of the header are 2 for WAL (sqlite.org/fileformat2.html)."""
    assert path.read_bytes()[18:20] == b"\x02\x02"


def test_the_file_bears_our_mark(store: SQLiteStore, path: Path) -> None:
    assert path.read_bytes()[68:72] == b"SBOX"


def test_every_thread_writes_with_synchronous_full(store: SQLiteStore) -> None:
    """The setting belongs to a connection and shows nowhere else: 2 is FULL."""

    def setting(_: int) -> int:
        return store._connection().execute("PRAGMA synchronous").fetchone()[0]

    with ThreadPoolExecutor(1) as threads:
        assert [setting(0), *threads.map(setting, [1])] == [2, 2]


def test_an_empty_file_is_taken(path: Path) -> None:
    path.touch()
    store = SQLiteStore(path)
    store.create(ALICE)
    assert store.find(ALICE.id) == ALICE
    store.close()


def test_a_file_named_memory_is_a_file_like_any_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite takes this very name for a database of one connection alone."""
    monkeypatch.chdir(tmp_path)
    store = SQLiteStore(Path(":memory:"))
    store.create(ALICE)
    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(store.find, ALICE.id).result() == ALICE
    store.close()


@pytest.mark.usefixtures("often_switched")
def test_servers_started_at_once_on_a_new_file_all_open_it(tmp_path: Path) -> None:
    together = threading.Barrier(3)

    def open_it(path: Path) -> str:
        together.wait()
        try:
            SQLiteStore(path).close()
        except Problem as problem:
            return str(problem)
        return "opened"

    with ThreadPoolExecutor(3) as threads:
        for number in range(30):
            path = tmp_path / f"{number}.sqlite"
            assert list(threads.map(open_it, [path] * 3)) == ["opened"] * 3


def test_a_neighbour_writing_at_the_first_start_is_waited_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment of the test above, made certain.

    SQLite does not wait by itself when it changes a file to WAL while another writes: it is
    reading already, and whoever reads and wants to write may not wait.
    """
    neighbours: list[sqlite3.Connection] = []

    class Unlucky(sqlite3.Connection):
        """A connection whose change to WAL meets a neighbour that writes for 0.2 s."""

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if "journal_mode" in sql and not neighbours:
                neighbour = open_plainly(path, isolation_level=None, check_same_thread=False)
                neighbours.append(neighbour)
                neighbour.execute("BEGIN IMMEDIATE")
                threading.Timer(0.2, neighbour.close).start()
            return super().execute(sql, *values)

    open_plainly = sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *args, **rest: open_plainly(*args, **rest, factory=Unlucky)
    )
    SQLiteStore(path).close()
    assert len(neighbours) == 1


# What is refused: each maker leaves something at the path that cannot be our store.


def another_programs_notes(path: Path) -> None:
    """Nothing in it is in our way: our tables could stand beside these."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE notes (id TEXT, note TEXT)")
    connection.close()


def another_programs_database(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE sessions (id TEXT, notes TEXT)")
        connection.execute("INSERT INTO sessions VALUES ('1', 'not yours')")
    connection.close()


def another_programs_wal_database(path: Path) -> None:
    another_programs_database(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA application_id = 1")
    connection.close()


def a_text_file(path: Path) -> None:
    path.write_text("Dear diary, " * 1000)


def a_short_text_file(path: Path) -> None:
    path.write_text("x")


def nothing_but_a_header(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00")


def overwritten(path: Path, first: int, last: int | None, by: bytes) -> None:
    fill(path, 1000)
    content = bytearray(path.read_bytes())
    last = last or len(content)
    content[first:last] = by * (last - first)
    path.write_bytes(content)


def pages_overwritten(path: Path) -> None:
    overwritten(path, PAGE, None, b"\xa5")


def one_page_overwritten(path: Path) -> None:
    overwritten(path, 2 * PAGE, 3 * PAGE, b"\xa5")


def one_page_of_zeros(path: Path) -> None:
    overwritten(path, 2 * PAGE, 3 * PAGE, b"\x00")


def first_page_overwritten(path: Path) -> None:
    overwritten(path, 100, PAGE, b"\xa5")


def header_fields_overwritten(path: Path) -> None:
    overwritten(path, 24, 60, b"\xa5")


def cut_off(path: Path) -> None:
    fill(path, 1000)
    os.truncate(path, path.stat().st_size // 2 + 100)


def an_older_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {OUR_MARK}")
        connection.execute("CREATE TABLE sessions (id TEXT PRIMARY KEY, user TEXT)")
    connection.close()


def a_version_with_fewer_columns(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA application_id = {OUR_MARK}")
        connection.execute(
            "CREATE TABLE sessions (id TEXT PRIMARY KEY, user TEXT, began REAL, seen REAL)"
        )
    connection.close()


NOT_OURS = [
    another_programs_notes,
    another_programs_database,
    another_programs_wal_database,
    a_text_file,
    a_short_text_file,
    nothing_but_a_header,
    pages_overwritten,
    one_page_overwritten,
    one_page_of_zeros,
    first_page_overwritten,
    header_fields_overwritten,
    cut_off,
    an_older_version,
    a_version_with_fewer_columns,
]
not_ours = pytest.mark.parametrize("make", NOT_OURS, ids=lambda make: make.__name__)


def says_what_to_do(problem: Problem, path: Path) -> bool:
    return str(path) in str(problem) and "--store sqlite:FILE" in str(problem)


@not_ours
def test_a_file_that_cannot_be_our_store_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None]
) -> None:
    make(path)
    before = path.read_bytes()
    with pytest.raises(Problem) as refused:
        SQLiteStore(path)
    assert says_what_to_do(refused.value, path)
    assert path.read_bytes() == before


@not_ours
def test_a_refused_file_gets_no_companions(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    with pytest.raises(Problem) as refused:
        SQLiteStore(path)
    assert files_beside(path) == ["sessions.sqlite"], refused.value


@not_ours
def test_the_problem_is_told_in_one_line(path: Path, make: Callable[[Path], None]) -> None:
    make(path)
    with pytest.raises(Problem) as refused:
        SQLiteStore(path)
    assert str(refused.value).count("\n") == 0
    assert len(str(refused.value)) < 400 + len(str(path))


def test_what_a_killed_server_left_is_not_touched_when_it_is_damaged(tmp_path: Path) -> None:
    """The last writes stand in the companion still: whoever repairs the file needs both."""
    living, path = tmp_path / "living.sqlite", tmp_path / "left" / "sessions.sqlite"
    fill(living, 1000)
    store = SQLiteStore(living)
    store.create(ALICE)
    path.parent.mkdir()
    for end in ("", "-wal", "-shm"):
        shutil.copy(f"{living}{end}", f"{path}{end}")
    store.close()
    with path.open("r+b") as file:
        file.seek(5 * PAGE)
        file.write(b"\xa5" * PAGE)
    kept = [path, path.with_name("sessions.sqlite-wal")]
    before = [each.read_bytes() for each in kept]
    with pytest.raises(Problem, match="malformed"):
        SQLiteStore(path)
    assert [each.exists() and each.read_bytes() for each in kept] == before


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (a_text_file, "it is not an SQLite database"),
        (a_short_text_file, "it is not an SQLite database"),
        (another_programs_notes, "it is a database of another program"),
        (another_programs_wal_database, "it is a database of another program"),
        (pages_overwritten, "malformed"),
    ],
)
def test_the_problem_says_why(path: Path, make: Callable[[Path], None], why: str) -> None:
    make(path)
    with pytest.raises(Problem, match=why):
        SQLiteStore(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="Is a directory") as refused:
        SQLiteStore(tmp_path)
    assert says_what_to_do(refused.value, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_said_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "sessions.sqlite"
    with pytest.raises(Problem, match="No such file") as refused:
        SQLiteStore(path)
    assert says_what_to_do(refused.value, path)
    assert list(tmp_path.iterdir()) == []


def test_an_unwritable_file_is_refused(open_folder: Path) -> None:
    path = open_folder / "sessions.sqlite"
    SQLiteStore(path).close()
    path.chmod(0o444)
    before = path.read_bytes()
    told = told_without_privileges(lambda: SQLiteStore(path))
    assert told.startswith("Problem: ")
    assert "Permission denied" in told
    assert "--store sqlite:FILE" in told
    assert path.read_bytes() == before
    assert files_beside(path) == ["sessions.sqlite"]


def test_a_writable_file_in_an_unwritable_folder_is_refused(open_folder: Path) -> None:
    """SQLite needs to put its companions beside the file."""
    path = open_folder / "sessions.sqlite"
    SQLiteStore(path).close()
    path.chmod(0o666)
    open_folder.chmod(0o555)
    before = path.read_bytes()
    told = told_without_privileges(lambda: SQLiteStore(path))
    open_folder.chmod(0o755)
    assert told.startswith("Problem: ")
    assert "--store sqlite:FILE" in told
    assert path.read_bytes() == before
    assert files_beside(path) == ["sessions.sqlite"]


# What fails while the server runs.

CALLS: dict[str, Callable[[SQLiteStore], object]] = {
    "create": lambda store: store.create(Session("new", "alice", 1, 1)),
    "find": lambda store: store.find(ALICE.id),
    "touch": lambda store: store.touch(ALICE.id, 999),
    "write": lambda store: store.write(ALICE.id, word="rose"),
    "replace": lambda store: store.replace(ALICE.id, Session("new", "alice", 1, 1)),
    "delete": lambda store: store.delete(ALICE.id),
    "all_of": lambda store: store.all_of("alice"),
    "delete_all_of": lambda store: store.delete_all_of("alice"),
    "sweep": lambda store: store.sweep(1e9),
}
each_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@each_call
def test_a_table_that_is_gone_is_store_down(
    store: SQLiteStore, path: Path, call: Callable[[SQLiteStore], object]
) -> None:
    with sqlite3.connect(path) as other:
        other.execute("DROP TABLE sessions")
    other.close()
    with pytest.raises(StoreDown) as down:
        call(store)
    assert down.value.evidence == {"store": "sqlite", "error": "OperationalError"}


@each_call
def test_a_closed_store_is_down(store: SQLiteStore, call: Callable[[SQLiteStore], object]) -> None:
    store.close()
    with pytest.raises(StoreDown):
        call(store)


@pytest.mark.parametrize("damage", ["word = CAST(x'ff' AS TEXT)", "flash = 'no JSON'"])
@pytest.mark.parametrize("call", [CALLS["find"], CALLS["all_of"]], ids=["find", "all_of"])
def test_a_row_that_cannot_be_read_is_store_down(
    store: SQLiteStore, path: Path, call: Callable[[SQLiteStore], object], damage: str
) -> None:
    store.create(ALICE)
    with sqlite3.connect(path) as other:
        other.execute(f"UPDATE sessions SET {damage}")
    other.close()
    with pytest.raises(StoreDown):
        call(store)


HALF = "\ud83d"  # half of a flower (a lone surrogate): no UTF-8 can hold it
UNHOLDABLE: dict[str, Callable[[SQLiteStore], object]] = {
    "create": lambda store: store.create(Session(HALF, "alice", 1, 1)),
    "create for somebody": lambda store: store.create(Session("new", HALF, 1, 1)),
    "find": lambda store: store.find(HALF),
    "touch": lambda store: store.touch(HALF, 999),
    "touch too late": lambda store: store.touch(ALICE.id, 2**64),
    "write": lambda store: store.write(ALICE.id, word=HALF),
    "replace": lambda store: store.replace(ALICE.id, Session(HALF, "alice", 1, 1)),
    "delete": lambda store: store.delete(HALF),
    "all_of": lambda store: store.all_of(HALF),
    "delete_all_of": lambda store: store.delete_all_of(HALF),
    "sweep too late": lambda store: store.sweep(2**64),
}


@pytest.mark.parametrize("call", UNHOLDABLE.values(), ids=UNHOLDABLE)
def test_what_the_file_cannot_hold_is_refused_and_changes_nothing(
    store: SQLiteStore, call: Callable[[SQLiteStore], object]
) -> None:
    store.create(ALICE)
    with pytest.raises(StoreDown):
        call(store)
    assert store.all_of("alice") == [ALICE]


def test_pages_damaged_while_running_are_store_down(path: Path) -> None:
    """Of a long list the first rows can be read and a later one not."""
    fill(path, 2000)
    store = SQLiteStore(path)
    overwritten_from = path.stat().st_size // 2 // PAGE * PAGE
    with path.open("r+b") as file:
        file.seek(overwritten_from)
        file.write(b"\xa5" * (path.stat().st_size - overwritten_from))
    with ThreadPoolExecutor(1) as threads, pytest.raises(StoreDown):
        threads.submit(store.all_of, "alice").result()
    store.close()


def test_the_store_answers_again_when_the_trouble_is_over(store: SQLiteStore, path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("ALTER TABLE sessions RENAME TO moved")
        other.commit()
        with pytest.raises(StoreDown):
            store.find(ALICE.id)
        other.execute("ALTER TABLE moved RENAME TO sessions")
    other.close()
    store.create(ALICE)
    assert store.find(ALICE.id) == ALICE


def test_close_closes_the_connections_of_all_threads(path: Path) -> None:
    """The last connection to be closed takes the companions away (sqlite.org/wal.html)."""
    store = SQLiteStore(path)
    with ThreadPoolExecutor(3) as threads:
        together = threading.Barrier(3)

        def use(number: int) -> None:
            together.wait()
            store.create(Session(f"session {number}", "alice", 1, 1))

        list(threads.map(use, range(3)))
        assert files_beside(path) == [
            "sessions.sqlite",
            "sessions.sqlite-shm",
            "sessions.sqlite-wal",
        ]
        store.close()  # the threads are still there, and so would their connections be
        assert files_beside(path) == ["sessions.sqlite"]
        with pytest.raises(StoreDown):
            threads.submit(store.find, "session 1").result()


def test_a_store_closed_under_the_hands_of_its_threads_is_down_and_the_process_lives_on(
    tmp_path: Path,
) -> None:
    """A connection closed in the middle of a call ends the process at once (signal 11)."""
    if FORK is None:
        pytest.skip("needs os.fork")

    def keep_using(store: SQLiteStore) -> None:
        with suppress(StoreDown):
            while store.touch(ALICE.id, 999) and store.write(ALICE.id, word="rose"):
                store.find(ALICE.id)

    def close_again_and_again() -> None:
        for number in range(10):
            store = SQLiteStore(tmp_path / f"{number}.sqlite")
            store.create(ALICE)
            with ThreadPoolExecutor(4) as threads:
                using = [threads.submit(keep_using, store) for _ in range(4)]
                time.sleep(0.02)
                store.close()
                for each in using:
                    each.result()

    child = FORK.Process(target=close_again_and_again)
    child.start()
    child.join()
    assert child.exitcode == 0


def test_a_file_that_can_only_be_read_is_store_down_also_for_a_thread_that_comes_anew(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr("sandbox.login.stores.sqlite.connect", refuse)
    with ThreadPoolExecutor(1) as thread, pytest.raises(StoreDown):
        thread.submit(store.touch, ALICE.id, 999).result()
