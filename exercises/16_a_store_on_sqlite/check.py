"""What the examiner does to exercise 16."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from sandbox.tutor.exercise import Exam, check
from sandbox.tutor.exercise.exam import Thing
from sandbox.tutor.exercise.showing import shown_call, shown_error

if TYPE_CHECKING:
    from sandbox.tutor.exercise.transcript import Seen

HELD = 0.2  # seconds that another server holds the file
TURN = 0.4  # seconds for another server in the middle of a call; it may be waiting for this call
LONG = 8.0  # seconds after which another server has given up waiting
THREADS = 8
INJECTED = "' OR '1'='1"
ALL_RIGHT = "every answer is right"
Given = tuple[Any, ...]
Call = tuple[str, Given]


@contextmanager
def a_file() -> Iterator[str]:
    """The path of a file for sessions; it does not exist yet."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        yield str(Path(folder) / "sessions.db")


def another_server(exam: Exam, path: str) -> Thing:
    """A store of a server of its own: the student's file is loaded for it once more."""
    exam.load()
    return exam.new("SessionStore", path)


def new_id(exam: Exam) -> str:
    return f"id-{exam.random.randrange(16**8):08x}"


def now(exam: Exam) -> float:
    return exam.clock() + 0.5


def row(user: str, seen: float, word: str = "") -> dict[str, object]:
    return {"user": user, "word": word, "seen": seen}


@check(
    idea="The id finds the row, and the file keeps it: one table, one row for each session.",
    place="In __init__: connect, and make the table. Then one SQL statement for each method.",
    code="create: INSERT INTO sessions VALUES (?, ?, '', ?). "
    "write: UPDATE sessions SET word = ? WHERE id = ?, then rowcount > 0",
)
def a_session_is_found_again(exam: Exam) -> None:
    """A session is found with its user, its word and the time it was last seen."""
    with a_file() as path:
        store = exam.new("SessionStore", path)
        session_id, other, user, word = new_id(exam), new_id(exam), exam.name(), exam.word()
        began = now(exam)
        for each in (session_id, other):
            store.call("create", each, user, began).gives(True)
        store.call("find", session_id).gives(row(user, began))
        store.call("write", session_id, word).gives(True)
        store.call("touch", session_id, began + 60).gives(True)
        store.call("find", session_id).gives(row(user, began + 60, word))
        store.call("find", other).gives(row(user, began))


@check(
    idea="Anybody can send an id that he made up. There is no row then, and none is made.",
    place="In delete: rowcount says how many rows there were. In find: what does fetchone give?",
    code="return self._connection.execute(sql, values).rowcount > 0",
    needs=[a_session_is_found_again],
)
def an_unknown_id_finds_nothing(exam: Exam) -> None:
    """An id that is not in the store finds None; to delete it gives False."""
    with a_file() as path:
        store, session_id = exam.new("SessionStore", path), new_id(exam)
        store.call("create", session_id, exam.name(), now(exam))
        for unknown in (new_id(exam), session_id.upper(), session_id[:-1], f"{session_id} ", "%"):
            store.call("find", unknown).gives(None)
            store.call("delete", unknown).gives(False)
        store.call("delete_all_of", session_id).gives(0)


@check(
    idea="An ended session must not come back: only create begins one.",
    place="In touch and write: the statement must be an UPDATE, never an INSERT or a REPLACE.",
    code="UPDATE sessions SET word = ? WHERE id = ?",
    needs=[an_unknown_id_finds_nothing],
)
def a_deleted_session_stays_deleted(exam: Exam) -> None:
    """A deleted session is gone, and neither touch nor write brings it back. Others stay."""
    with a_file() as path:
        store, user, began = exam.new("SessionStore", path), exam.name(), now(exam)
        session_id, other, unknown = new_id(exam), new_id(exam), new_id(exam)
        for each in (session_id, other):
            store.call("create", each, user, began)
        store.call("delete", session_id).gives(True)
        store.call("touch", session_id, began + 1).gives(False)
        store.call("write", session_id, exam.word()).gives(False)
        store.call("delete", session_id).gives(False)
        store.call("find", session_id).gives(None)
        store.call("write", unknown, exam.word()).gives(False)
        store.call("touch", unknown, began).gives(False)
        store.call("find", other).gives(row(user, began))


@check(
    idea="Whoever gets an id that is in use must not get the session of somebody else.",
    place="In create: what does the table say to a second row with this id? No error, but False.",
    code="INSERT INTO sessions VALUES (?, ?, '', ?) ON CONFLICT DO NOTHING, then rowcount > 0",
    needs=[a_session_is_found_again],
)
def an_id_in_use_stays_as_it_is(exam: Exam) -> None:
    """To create a session under an id in use gives False, and changes nothing."""
    with a_file() as path:
        store, session_id, word = exam.new("SessionStore", path), new_id(exam), exam.word()
        began = now(exam)
        store.call("create", session_id, "alice", began).gives(True)
        store.call("write", session_id, word)
        store.call("create", session_id, "bob", began + 1).gives(False)
        store.call("find", session_id).gives(row("alice", began, word))


@check(
    idea="Two requests can overtake one another. The later time is the right one.",
    place="In touch: compare in the statement itself; the row is there, so it gives True.",
    code="UPDATE sessions SET seen = max(seen, ?) WHERE id = ?",
    needs=[a_session_is_found_again],
)
def the_time_never_goes_back(exam: Exam) -> None:
    """To touch with an earlier time gives True, and leaves the later one."""
    with a_file() as path:
        store, session_id, user = exam.new("SessionStore", path), new_id(exam), exam.name()
        store.call("create", session_id, user, now(exam))
        store.call("touch", session_id, now(exam) + 60).gives(True)
        store.call("touch", session_id, now(exam) + 30).gives(True)
        store.call("find", session_id).gives(row(user, now(exam) + 60))


@check(
    idea="A user has a row for each browser. A user whose name is alike is somebody else.",
    place="In delete_all_of: compare whole names, with =. rowcount is what it gives.",
    code="DELETE FROM sessions WHERE user = ?",
    needs=[a_deleted_session_stays_deleted],
)
def everywhere_ends_only_hers(exam: Exam) -> None:
    """delete_all_of ends all sessions of this user and of no other, and counts them."""
    with a_file() as path:
        store, user, began = exam.new("SessionStore", path), exam.name(), now(exam)
        hers = [new_id(exam) for _ in range(exam.random.randrange(2, 5))]
        for each in hers:
            store.call("create", each, user, began)
        others = {new_id(exam): name for name in ("bob", f"{user}2", user.capitalize(), "")}
        for other, name in others.items():
            store.call("create", other, name, began)
        for unknown in ("%", f"{user[:3]}%", f"{user} "):
            store.call("delete_all_of", unknown).gives(0)
        store.call("delete_all_of", user).gives(len(hers))
        for each in hers:
            store.call("find", each).gives(None)
        for other, name in others.items():
            store.call("find", other).gives(row(name, began))


@check(
    idea="Text that is put into SQL becomes SQL. Whoever chooses the text, writes the statement.",
    place="Where a statement is made with an f-string, with + or with %.",
    code='execute("… WHERE id = ?", (session_id,)): the text stays beside the statement',
    needs=[everywhere_ends_only_hers],
)
def a_quote_is_only_a_character(exam: Exam) -> None:
    """An id, a user and a word can have quotes; as SQL they are never read."""
    with a_file() as path:
        store, word = exam.new("SessionStore", path), f"{exam.word()}'; DROP TABLE sessions; --"
        session_id, user, began = new_id(exam), exam.name(), now(exam)
        store.call("create", session_id, user, began).gives(True)
        store.call("find", INJECTED).gives(None)
        store.call("write", INJECTED, word).gives(False)
        store.call("touch", INJECTED, began + 1).gives(False)
        store.call("delete", INJECTED).gives(False)
        store.call("delete_all_of", INJECTED).gives(0)
        store.call("write", session_id, word).gives(True)
        store.call("find", session_id).gives(row(user, began, word))
        quoted, name = f"{new_id(exam)}'\"", f"o'{user}"
        store.call("create", quoted, name, began).gives(True)
        store.call("find", quoted).gives(row(name, began))
        store.call("delete_all_of", name).gives(1)


@check(
    idea="In SQLite the type of a column says what becomes of a value. Only TEXT leaves a text.",
    place="In CREATE TABLE: the types of id, user and word. STRING is no type, and means a number.",
    code="CREATE TABLE … (id TEXT PRIMARY KEY, user TEXT, word TEXT, seen REAL)",
    needs=[a_session_is_found_again],
)
def a_text_of_digits_stays_a_text(exam: Exam) -> None:
    """An id, a user and a word that are made of digits come back as they were."""
    with a_file() as path:
        store, began = exam.new("SessionStore", path), now(exam)
        digits = f"00{exam.random.randrange(100, 1000)}"
        store.call("create", digits, digits, began).gives(True)
        store.call("find", digits.lstrip("0")).gives(None)
        store.call("write", digits, digits).gives(True)
        store.call("find", digits).gives(row(digits, began, digits))


@check(
    idea="What is only in the memory of a server is gone when it ends. The file stays.",
    place="In __init__: the table is made only when there is none. Then: is each change committed?",
    code="sqlite3.connect(path, isolation_level=None, …), CREATE TABLE IF NOT EXISTS",
    needs=[a_deleted_session_stays_deleted],
)
def sessions_outlive_the_server(exam: Exam) -> None:
    """A server that is started anew on the file finds the sessions; an ended one stays ended."""
    with a_file() as path:
        store, user, word = exam.new("SessionStore", path), exam.name(), exam.word()
        kept, ended, began = new_id(exam), new_id(exam), now(exam)
        store.call("create", kept, user, began).gives(True)
        store.call("write", kept, word).gives(True)
        store.call("create", ended, user, began).gives(True)
        store.call("delete", ended).gives(True)
        again = another_server(exam, path)
        again.call("find", kept).gives(row(user, began, word))
        again.call("find", ended).gives(None)
        with a_file() as elsewhere:
            exam.new("SessionStore", elsewhere).call("find", kept).gives(None)


@check(
    idea="Whoever changes holds the file until he commits. Nobody else can write meanwhile.",
    place="In each method, on each way out of it: also when no row was changed.",
    code="sqlite3.connect(path, isolation_level=None, …): each statement commits by itself",
    needs=[sessions_outlive_the_server],
)
def no_call_goes_on_holding_the_file(exam: Exam) -> None:
    """After each call, whatever it gave, another server can write."""
    with a_file() as path:
        store, session_id, user = exam.new("SessionStore", path), new_id(exam), exam.name()
        calls = _each_method(session_id, user, exam)
        for method, given in [calls[0], *calls, *calls[1:]]:
            store.call(method, *given)
            exam.see("another server begins to write", "it can", _whether_it_can_write(path))


@check(
    idea="A store that remembers rows itself does not see what another server changes.",
    place="In find: ask the file each time.",
    code="SELECT user, word, seen FROM sessions WHERE id = ?",
    needs=[no_call_goes_on_holding_the_file],
)
def two_servers_share_a_file(exam: Exam) -> None:
    """What one server changes, another one on the same file finds at once."""
    with a_file() as path:
        servers = {"A": exam.new("SessionStore", path), "B": another_server(exam, path)}
        session_id, user, word, began = new_id(exam), exam.name(), exam.word(), now(exam)
        for server, method, given, right in (
            ("A", "create", (user, began), row(user, began)),
            ("B", "write", (word,), row(user, began, word)),
            ("A", "touch", (began + 1,), row(user, began + 1, word)),
            ("B", "delete", (), None),
        ):
            told = f"server {server}: {shown_call(method, (session_id, *given), {})}"
            servers[server].call(method, session_id, *given, told=told).gives(True)
            for each, store in servers.items():
                told = f"server {each}: {shown_call('find', (session_id,), {})}"
                store.call("find", session_id, told=told).gives(right)


@check(
    idea="A file that is held is free again in a moment. An error is worse than a moment.",
    place="Where you connect: timeout is how long to wait. No except for a file that is held.",
    code="sqlite3.connect(path, isolation_level=None, …), without a timeout: then it is 5 seconds",
    needs=[two_servers_share_a_file],
    limit=10,
)
def a_file_that_is_held_is_waited_for(exam: Exam) -> None:
    """While another server holds the file, each call waits, and then does what it should."""
    with a_file() as path:
        store, session_id, user = exam.new("SessionStore", path), new_id(exam), exam.name()
        expected = [True, row(user, now(exam)), True, True, True, 0]
        for (method, given), right in zip(
            _each_method(session_id, user, exam), expected, strict=True
        ):
            told = f"another server holds the file for {HELD} s: {shown_call(method, given, {})}"
            with _held(path):
                store.call(method, *given, told=told).gives(right)


@check(
    idea="A connection belongs to one thread at a time: one for each thread, or one and a lock.",
    place="Around each execute, with all that is read of it: rowcount, fetchone, fetchall.",
    code="with self._lock: return self._connection.execute(sql, values).rowcount",
    needs=[two_servers_share_a_file],
    limit=10,
)
def many_threads_use_one_store(exam: Exam) -> None:
    """Eight threads use one store at once, each its own session: every answer is right."""
    with a_file() as path:
        store = exam.new("SessionStore", path)
        told = f"{THREADS} threads create, write and find, and write to unknown ids"
        exam.see(told, ALL_RIGHT, _in_threads([store] * THREADS, _uses_its_own))


@check(
    idea="Whoever reads first and writes then, writes what is no longer true.",
    place="In touch and write: one statement that changes a row, or none. No find before it.",
    code="UPDATE sessions SET word = ? WHERE id = ?, then rowcount > 0",
    needs=[two_servers_share_a_file],
    limit=20,
)
def what_ends_in_between_stays_ended(exam: Exam) -> None:
    """A session that another server ends in the middle of touch or write does not come back."""
    for method, value in (("touch", now(exam) + 60), ("write", exam.word())):
        for number in _places(exam, method, value):
            with _two_servers(exam) as site:
                site.stop(number, (method, (value,)), ("delete", ()))
                site.has_told_b(True)
                site.finds(site.session_id, None)


@check(
    idea="To write back a whole row undoes what somebody else has changed in it meanwhile.",
    place="In touch and write: the statement names only the column that it changes.",
    code="touch: SET seen = max(seen, ?), and no word. write: SET word = ?, and no seen",
    needs=[the_time_never_goes_back, what_ends_in_between_stays_ended],
    limit=20,
)
def nothing_written_in_between_gets_lost(exam: Exam) -> None:
    """What another server writes in the middle of touch or write stays."""
    later, latest, word = now(exam) + 60, now(exam) + 90, exam.word()
    for method, value, meanwhile, other, seen, kept in (
        ("touch", later, "write", word, later, word),
        ("write", word, "touch", later, later, word),
        ("touch", later, "touch", latest, latest, ""),
    ):
        for number in _places(exam, method, value):
            with _two_servers(exam) as site:
                site.stop(number, (method, (value,)), (meanwhile, (other,))).gives(True)
                site.has_told_b(True)
                site.finds(site.session_id, row(site.user, seen, kept))


@check(
    idea="Between the look whether an id is free and the INSERT, another server can take it.",
    place="In create: one statement. The table itself knows which ids are in use.",
    code="INSERT INTO sessions VALUES (?, ?, '', ?) ON CONFLICT DO NOTHING, then rowcount > 0",
    needs=[an_id_in_use_stays_as_it_is, what_ends_in_between_stays_ended],
    limit=20,
)
def of_two_who_take_an_id_one_has_it(exam: Exam) -> None:
    """When another server takes the id in the middle of create, one has it, and knows it."""
    began = now(exam)
    for number in _places(exam, "create", "alice", began):
        with _two_servers(exam) as site:
            seen = site.stop(number, ("create", ("alice", began)), ("create", ("bob", began)))
            answers = {"alice": seen.value, "bob": site.b_was_told}
            owners = [user for user, answer in answers.items() if answer is True]
            exam.see("how many were told True", 1, len(owners))
            site.finds(site.free_id, row(owners[0], began))


@check(
    idea="Two servers can end a session at once. Only the one that did it may say so.",
    place="In delete and delete_all_of: what the DELETE itself has changed, and no look before it.",
    code="return self._connection.execute(sql, values).rowcount, of the DELETE",
    needs=[what_ends_in_between_stays_ended],
    limit=20,
)
def an_end_is_told_once(exam: Exam) -> None:
    """A session that two servers end at once ends once: it is counted by one of them."""
    for method in ("delete", "delete_all_of"):
        for number in _places(exam, method):
            with _two_servers(exam) as site:
                seen = site.stop(number, (method, ()), ("delete", ()))
                answers = [seen.value, site.b_was_told]
                ended = sum(each for each in answers if isinstance(each, int))
                exam.see(f"A was told {answers[0]}, B {answers[1]}: ended sessions", 1, ended)
                site.finds(site.session_id, None)


@check(
    idea="Everything at once: many threads, two servers, one file.",
    place="Which call is told in the line where they part? Each must be one statement.",
    code="DELETE FROM sessions WHERE id = ?, then rowcount > 0",
    needs=[many_threads_use_one_store, nothing_written_in_between_gets_lost, an_end_is_told_once],
    limit=15,
)
def many_threads_end_the_same_sessions(exam: Exam) -> None:
    """Two servers with four threads each end the same sessions: each ends once, for good."""
    with a_file() as path:
        servers = [exam.new("SessionStore", path), another_server(exam, path)]
        ids = [new_id(exam) for _ in range(8)]
        for each in ids:
            servers[0].it.create(each, exam.name(), now(exam))
        orders = [exam.random.sample(ids, len(ids)) for _ in range(THREADS)]
        ended: list[str] = []

        def ends_them_all(store: Any, number: int) -> str:
            return _ends(store, orders[number], ended)

        told = f"{THREADS} threads touch, write and delete {len(ids)} sessions"
        exam.see(told, ALL_RIGHT, _in_threads(servers * (THREADS // 2), ends_them_all))
        exam.see("each session was ended once", sorted(ids), sorted(ended))


def _each_method(session_id: str, user: str, exam: Exam) -> list[Call]:
    """A call of each method, about this session, in an order in which each finds it."""
    return [
        ("create", (session_id, user, now(exam))),
        ("find", (session_id,)),
        ("touch", (session_id, now(exam))),
        ("write", (session_id, exam.word())),
        ("delete", (session_id,)),
        ("delete_all_of", (user,)),
    ]


def _whether_it_can_write(path: str) -> str:
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            return f"it cannot: {error}"
    return "it can"


@contextmanager
def _held(path: str) -> Iterator[None]:
    """Another server holds the file, and lets it go in a moment."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as server:
        server.execute("BEGIN EXCLUSIVE")
        letting_go = threading.Timer(HELD, server.execute, ["ROLLBACK"])
        letting_go.start()
        try:
            yield
        finally:
            letting_go.join()


def _in_threads(stores: list[Thing], use: Callable[[Any, int], str]) -> str:
    """Each store in a thread of its own, all at once: the first answer that is not right."""
    together = threading.Barrier(len(stores))

    def used(number: int) -> str:
        together.wait()
        try:
            return use(stores[number].it, number)
        except Exception as error:
            return f"raised {shown_error(error)}"

    with ThreadPoolExecutor(len(stores)) as threads:
        said = list(threads.map(used, range(len(stores))))
    return next(filter(None, said), ALL_RIGHT)


def _uses_its_own(store: Any, number: int) -> str:
    session_id, user = f"id-{number}", f"user-{number}"
    calls: list[tuple[str, Given, object]] = [("create", (session_id, user, 1.5), True)]
    for each in range(8):
        word = f"word-{each}"
        calls.append(("write", (session_id, word), True))
        calls.append(("write", ("nobodys", word), False))
        calls.append(("find", (session_id,), row(user, 1.5, word)))
    return _first_wrong(store, calls)


def _first_wrong(store: Any, calls: list[tuple[str, Given, object]]) -> str:
    for method, given, right in calls:
        gave = getattr(store, method)(*given)
        if gave != right:
            return f"{shown_call(method, given, {})} gave {gave!r}, not {right!r}"
    return ""


def _ends(store: Any, ids: list[str], ended: list[str]) -> str:
    """After a delete, whoever did it, there is no such session any more."""
    for each in ids:
        store.touch(each, 2.5)
        store.write(each, "tulip")
        if store.delete(each):
            ended.append(each)
        gone: list[tuple[str, Given, object]] = [
            ("touch", (each, 3.5), False),
            ("write", (each, "rose"), False),
            ("find", (each,), None),
        ]
        wrong = _first_wrong(store, gone)
        if wrong:
            return f"after delete({each!r}), {wrong}"
    return ""


class Statements:
    """Is told of each SQL statement before it is run; before one of them it does something."""

    def __init__(self) -> None:
        self.count = 0
        self._number = 0
        self._act: Callable[[], None] | None = None
        self._doing: threading.Thread | None = None

    def before(self, number: int, act: Callable[[], None]) -> None:
        """Before the statement with this number, counted from now on."""
        self.count, self._number, self._act = 0, number, act

    def told(self, _sql: str) -> None:
        """When a transaction of this call makes the other server wait, this call goes on."""
        self.count += 1
        if self._act and self.count == self._number:
            self._doing = threading.Thread(target=self._act, daemon=True)
            self._doing.start()
            self._doing.join(TURN)

    def end(self) -> None:
        if self._doing:
            self._doing.join(LONG)


class Site:
    """Two servers, A and B, on one file with one session; A is stopped in the middle of a call."""

    def __init__(self, exam: Exam, path: str, statements: Statements) -> None:
        self.exam, self.session_id, self.user = exam, new_id(exam), exam.name()
        self.free_id = new_id(exam)
        self.b_was_told: Any = None
        self._statements = statements
        self._a, self._b = another_server(exam, path), another_server(exam, path)
        self._a.call("create", self.session_id, self.user, now(exam)).gives(True)

    def count(self, method: str, *given: object) -> int:
        """How many SQL statements this call has."""
        before = self._statements.count
        self._a.call(method, *self._about(method), *given)
        return self._statements.count - before

    def stop(self, number: int, call: Call, meanwhile: Call) -> Seen:
        """A makes a call; before its SQL statement with this number, B makes another."""
        (method, given), (other, value) = self._whole(call), self._whole(meanwhile)

        def b_calls() -> None:
            try:
                self.b_was_told = getattr(self._b.it, other)(*value)
            except Exception as error:
                self.b_was_told = f"raised {shown_error(error)}"

        self._statements.before(number, b_calls)
        told = f"A: {shown_call(method, given, {})}; before its SQL statement {number}, "
        seen = self._a.call(method, *given, told=f"{told}B: {shown_call(other, value, {})}")
        self._statements.end()
        return seen

    def has_told_b(self, right: object) -> None:
        self.exam.see("what B was told", right, self.b_was_told)

    def finds(self, session_id: str, right: dict[str, object] | None) -> None:
        told = f"afterwards A: {shown_call('find', (session_id,), {})}"
        self.exam.see(told, right, self._a.it.find(session_id))  # no line of find is to blame

    def _whole(self, call: Call) -> Call:
        method, given = call
        return method, (*self._about(method), *given)

    def _about(self, method: str) -> Given:
        """What stands first in a call: nearly all are about the one session."""
        others = {"create": self.free_id, "delete_all_of": self.user}
        return (others.get(method, self.session_id),)


@contextmanager
def _two_servers(exam: Exam) -> Iterator[Site]:
    """On a file of their own; the student's file gets its connections from `watched`."""
    statements, connect = Statements(), sqlite3.connect

    def watched(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **named)
        connection.set_trace_callback(statements.told)
        return connection

    with a_file() as path, patch("sqlite3.connect", watched):
        yield Site(exam, path, statements)


def _places(exam: Exam, method: str, *given: object) -> range:
    """The numbers of the SQL statements of this call: before each, A can be stopped."""
    with _two_servers(exam) as site:
        count = site.count(method, *given)
    if count == 0:
        exam.see(f"SQL statements that {method} has", "one or more", "none by sqlite3.connect")
    return range(1, count + 1)
