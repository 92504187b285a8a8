"""Guess the key of a token: sign its words with each word of a list, and compare.

    .venv/bin/python lessons/09_tokens/crack.py TOKEN [WORDS.txt]

It works at home, without asking the server. A key of 256 random bits is in no list.
"""

import base64
import hashlib
import hmac
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

COMMON = ("password", "123456", "changeme", "jwt", "key", "admin", "secret", "letmein")
HOW = ".venv/bin/python lessons/09_tokens/crack.py TOKEN [WORDS.txt]"


def crack(token: str, words: Iterable[str]) -> str | None:
    """The word that makes this token's signature; None when it is not among the words."""
    signed, _, signature = token.rpartition(".")
    octets = os.fsencode(signed)  # as they were typed, text or not
    for word in words:
        mac = hmac.digest(word.encode(), octets, hashlib.sha256)
        if base64.urlsafe_b64encode(mac).rstrip(b"=").decode() == signature:
            return word
    return None


def main(arguments: list[str]) -> str:
    """What is printed; SystemExit says what was expected."""
    if not arguments:
        sys.exit(f"Give a token: {HOW}")
    token, *lists = arguments
    try:
        words = Path(lists[0]).read_text(encoding="utf-8").split() if lists else COMMON
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{lists[0]} cannot be read ({type(error).__name__}). Give a file of words.")
    began = time.perf_counter()
    found = crack(token, words)
    took = f"after {time.perf_counter() - began:.3f} s"
    return f"The key is {found!r}, {took}." if found else f"None of {len(words)} words, {took}."


if __name__ == "__main__":
    print(main(sys.argv[1:]))
