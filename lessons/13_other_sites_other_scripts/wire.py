"""Stands between a browser and a server of this machine, and prints what the browser sends.

    .venv/bin/python lessons/13_other_sites_other_scripts/wire.py PORT

The lesson, or a server that runs alone, shows its port. Ctrl-C ends the listening.
"""

import asyncio
import sys
from asyncio import StreamReader, StreamWriter

from sandbox.trace.stage import printable

HERE = "127.0.0.1"
HIGHEST_PORT = 65535
AT_ONCE = 64 * 1024  # bytes
HOW = ".venv/bin/python lessons/13_other_sites_other_scripts/wire.py PORT"


def show(sent: bytes) -> None:
    """The bytes as lines of text; what a terminal could take for a command is escaped."""
    for line in sent.decode(errors="backslashreplace").splitlines():
        print(printable(line), flush=True)


async def hand_on(taken: StreamReader, given: StreamWriter, is_heard: bool) -> None:
    """Whatever comes goes on unchanged, until this side has said all."""
    try:
        while sent := await taken.read(AT_ONCE):
            if is_heard:
                show(sent)
            given.write(sent)
            await given.drain()
    except ConnectionError:
        pass  # the browser or the server has hung up
    finally:
        given.close()


async def listen(port: int) -> None:
    """Until it is ended: each connection of a browser gets one to the server."""

    async def join(browser: StreamReader, to_browser: StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection(HERE, port)
        except OSError as error:
            print(f"Nothing answers on port {port} ({error}). Is the lesson running?", flush=True)
            to_browser.close()
            return
        await asyncio.gather(
            hand_on(browser, to_server, is_heard=True),
            hand_on(server, to_browser, is_heard=False),
        )

    listening = await asyncio.start_server(join, HERE, 0)
    print(f"Open http://localhost:{listening.sockets[0].getsockname()[1]}/", flush=True)
    await listening.serve_forever()


def main(arguments: list[str]) -> None:
    """Listen; SystemExit says what was expected."""
    port = arguments[0] if len(arguments) == 1 else ""
    if not (port.isdecimal() and 0 < int(port) <= HIGHEST_PORT):
        sys.exit(f"Give the port of a server: {HOW}")
    try:
        asyncio.run(listen(int(port)))
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
