#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's python3-websockets as a client of ws_echo (TIPWATCH_WS_ECHO) and of the real program (TIPWATCH_BINARY), with and without
compression. Exits with 77, which ctest shows as skipped, if the library is not there."""
import asyncio
import json
import os
import random
import re
import subprocess
import sys

try:
    import websockets
    from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
except ImportError:
    print("python3-websockets is not installed")
    sys.exit(77)

TEXTS = ["", "a", "sat\u00f6shi \u20bf \U0001f4a9", "x" * 125, "x" * 126, '{"a":1}' * 9000, "z" * 3_000_000]
OFFERS = {
    "no offer": [],
    "its own offer": None,
    "small windows": [ClientPerMessageDeflateFactory(server_max_window_bits=9, client_max_window_bits=10)],
    "no takeover": [ClientPerMessageDeflateFactory(server_no_context_takeover=True, client_no_context_takeover=True)],
}


class Program:
    """A server that says its address on stdout."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = None
        for line in self.process.stdout:
            found = re.search(r"(?:ws|http)://(\S+?)/?\s", line)
            if found:
                self.url = "ws://" + found.group(1)
                return
        raise RuntimeError(f"{command[0]} did not say its address")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)


def connect(url, offer):
    if offer is None:
        return websockets.connect(url, max_size=None)
    return websockets.connect(url, max_size=None, compression=None, extensions=offer)


async def echo(url, offer, compresses):
    async with connect(url + "/", offer) as socket:
        assert bool(socket.extensions) == (compresses and offer != []), socket.extensions
        for text in TEXTS:
            await socket.send(text)
            assert await socket.recv() == text, len(text)
        for size in (0, 1, 126, 65_535, 65_536, 1_000_000):
            data = random.randbytes(size)
            await socket.send(data)
            assert await socket.recv() == data, size
        await socket.send(["frag", "men", "ts"])
        assert await socket.recv() == "fragments"
        await (await socket.ping(b"are you there?"))
        await socket.close(4321, "enough")
        assert socket.close_code == 4321, socket.close_code


async def feed(url, compresses):
    async with connect(url + "/ws", None) as socket:
        assert bool(socket.extensions) == compresses
        seen = set()
        while not {"hello", "tip.update", "mempool.update", "block.mined"} <= seen:
            seen.add(json.loads(await socket.recv())["type"])
        await socket.send(json.dumps({"op": "ping", "timestamp": 17, "padding": "p" * 2000}))
        while (answer := json.loads(await socket.recv()))["type"] != "pong":
            pass
        assert answer["timestamp"] == 17


def main():
    for options in ([], ["--deflate"]):
        with Program(os.environ["TIPWATCH_WS_ECHO"], "--port", "0", *options) as program:
            for name, offer in OFFERS.items():
                print("ws_echo", *options, "|", name, flush=True)
                asyncio.run(echo(program.url, offer, bool(options)))
    lively = "--server-only --source simulated --listen 127.0.0.1 --http-port 0 --seed 7 --simulate-mempool 500 --simulate-tx-rate 20"
    for options in ([], ["--websocket-compression=on"]):
        print("tipwatch", *options, flush=True)
        with Program(os.environ["TIPWATCH_BINARY"], *lively.split(), "--simulate-block-interval", "1s", *options) as program:
            asyncio.run(feed(program.url, bool(options)))


main()
