#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the databases of tests/fixtures/geoip, in MaxMind's format (https://maxmind.github.io/MaxMind-DB/):
    tests/support/make_mmdb.py tests/fixtures/geoip
The addresses are those set aside for examples, the places are where they say, and none has to do with the other."""
import ipaddress
import pathlib
import struct
import sys


def encoded(value):
    def control(kind, size):
        head = bytes([kind << 5 | size]) if kind <= 7 else bytes([size, kind - 7])
        assert size < 29
        return head

    if isinstance(value, float):
        return control(3, 8) + struct.pack(">d", value)
    if isinstance(value, str):
        return control(2, len(value.encode())) + value.encode()
    if isinstance(value, dict):
        return control(7, len(value)) + b"".join(encoded(k) + encoded(v) for k, v in value.items())
    if isinstance(value, list):
        return control(11, len(value)) + b"".join(map(encoded, value))
    kind, raw = value  # (type, integer)
    data = raw.to_bytes(8, "big").lstrip(b"\0")
    return control(kind, len(data)) + data


def database(entries, kind):
    nodes, data, offsets = [[None, None]], b"", {}
    for network, record in entries:
        network = ipaddress.ip_network(network)
        bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
        if network.version == 4:
            bits = "0" * 96 + bits
        at = 0
        for bit in map(int, bits[:-1]):
            if nodes[at][bit] is None:
                nodes.append([None, None])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        raw = encoded(record)
        if raw not in offsets:
            offsets[raw] = len(data)
            data += raw
        nodes[at][int(bits[-1])] = ("data", offsets[raw])

    def number(record):
        if record is None:
            return len(nodes)
        return record if isinstance(record, int) else len(nodes) + 16 + record[1]

    tree = b"".join(number(record).to_bytes(3, "big") for node in nodes for record in node)
    uint16, uint32, uint64 = 5, 6, 9
    metadata = encoded({
        "binary_format_major_version": (uint16, 2), "binary_format_minor_version": (uint16, 0),
        "build_epoch": (uint64, 1795132800), "database_type": kind, "description": {"en": "invented"},
        "ip_version": (uint16, 6), "languages": ["en"], "node_count": (uint32, len(nodes)), "record_size": (uint16, 24),
    })
    return tree + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + metadata


def place(latitude, longitude):
    return {"location": {"latitude": latitude, "longitude": longitude}}


cities = [
    ("192.0.2.0/24", place(47.37, 8.54)),  # Zürich
    ("198.51.100.0/25", place(-36.85, 174.76)),  # Auckland
    ("198.51.100.128/25", place(-17.71, -178.06)),  # Fiji, across the date line
    ("203.0.113.0/26", {"country": {"iso_code": "IS"}}),  # no position
    ("203.0.113.64/26", place(91.0, 0.0)),  # no place on earth
    ("203.0.113.128/25", {"location": {"latitude": "47", "longitude": "8"}}),  # no numbers
    ("10.0.0.0/8", place(1.0, 1.0)),  # nobody can know that
    ("2001:db8::/33", place(64.15, -21.94)),  # Reykjavík
    ("2001:db8:8000::/33", place(-33.45, -70.67)),  # Santiago
    ("fc00::/7", place(2.0, 2.0)),  # nobody can know that either
]
countries = [(network, {"country": {"iso_code": "IS"}}) for network, _ in cities]

folder = pathlib.Path(sys.argv[1])
(folder / "cities.mmdb").write_bytes(database(cities, "Tipwatch-Test-City"))
(folder / "countries.mmdb").write_bytes(database(countries, "Tipwatch-Test-Country"))
