"""`keys`: list the signing keys of a key file, or take one step of their rotation.

The last key signs, all are accepted. `--add` puts a new key before the last, `--promote` swaps the
last two (so a second one takes the first back), `--retire` drops the first. Of the keys that ever
signed, the first is thus always the one that signed longest ago.

A key is never shown, only its fingerprint.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.commands.options import (
    add_keys_option,
    add_store_option,
    key_file_of,
    say,
)
from sandbox.login.keys import Keys
from sandbox.login.problems import Problem
from sandbox.login.sessions import Limits
from sandbox.login.signing import fingerprint
from sandbox.serving.key_file import change_keys, read_keys
from sandbox.serving.rotation import add, promote, retire
from sandbox.trace.stage_words import duration

COOKIE_AGE = duration(Limits.cookie_age)
Lines = list[str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `keys`."""
    add_store_option(parser)
    add_keys_option(parser)
    steps = parser.add_mutually_exclusive_group()
    for name, step in STEPS.items():
        steps.add_argument(
            f"--{name}", dest="step", action="store_const", const=step, help=step.purpose
        )


def run(options: argparse.Namespace, sleep: Callable[[float], None] = time.sleep) -> int:
    """Take the step asked for, if any; then list the keys by their fingerprints."""
    path = _key_file(options.store, options.keys)
    lines: Lines = []
    keys = read_keys(path)
    if options.step:
        before, keys = change_keys(path, options.step.change, sleep=sleep)
        lines = [*options.step.words(before, keys), ""]
    say([*lines, f"{path}, oldest key first:", *_table(keys)])
    return 0


def _key_file(store: str, brought: Path | None) -> Path:
    """The file that `serve` reads with the same options. Problem: there is none."""
    path = key_file_of(store)
    if brought:
        return brought
    if path is None:
        raise Problem(
            "The keys of a memory store live in its server alone and end with it. "
            "Give --store sqlite:FILE, or name a key file with --keys FILE."
        )
    if _is_missing(path):
        raise Problem(
            f"There is no key file {path} yet. "
            "Start `serve` once to make one, or name yours with --keys FILE."
        )
    return path


def _is_missing(path: Path) -> bool:
    """Of what else may be wrong with it, reading it tells."""
    try:
        path.stat()
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def _table(keys: Keys) -> Lines:
    total = len(keys)
    numbered = enumerate(keys, 1)
    return [f"  {n} of {total}  {fingerprint(key)}  {_does(n, key, keys)}" for n, key in numbered]


def _does(number: int, key: bytes, keys: Keys) -> str:
    if number == len(keys):
        return "signs, is accepted"
    if key in keys[number:]:
        return "stands again below"
    return "is accepted"


def _added(_before: Keys, after: Keys) -> Lines:
    return [
        f"Added key {fingerprint(after[-2])}: it is accepted from now on, and signs nothing yet.",
        "Next: --promote lets it sign.",
    ]


def _promoted(before: Keys, after: Keys) -> Lines:
    last, new, first = fingerprint(before[-1]), fingerprint(after[-1]), fingerprint(after[0])
    return [
        f"Key {new} signs from now on; {last}, which did so far, is still accepted.",
        "Nobody is logged out. A second --promote takes this back.",
        f"Next: wait {COOKIE_AGE}, until every cookie signed so far has expired; then --retire",
        f"drops key {first}. Earlier, it logs out whoever has a cookie of it.",
    ]


def _retired(before: Keys, after: Keys) -> Lines:
    more = f"--retire drops key {fingerprint(after[0])}, if that is meant to go, too."
    return [
        f"Dropped key {fingerprint(before[0])}: its cookies, if it ever signed, are BAD_SIGNATURE.",
        f"Key {fingerprint(after[-1])} signs, as before.",
        f"Next: {'nothing, one key is left.' if len(after) == 1 else more}",
    ]


@dataclass(frozen=True)
class Step:
    """One step of a rotation: what becomes of the keys, and what is said of it afterwards."""

    change: Callable[[Keys], Keys]
    words: Callable[[Keys, Keys], Lines]
    purpose: str


STEPS = {
    "add": Step(add, _added, "put a new key before the last: it is accepted, but does not sign"),
    "promote": Step(promote, _promoted, "swap the last two keys: the other one signs"),
    "retire": Step(retire, _retired, "drop the first key: its cookies end with BAD_SIGNATURE"),
}
