#!/usr/bin/env python3
"""Pack word vectors for src/triage/vectors.c.

    vectors.py VECTORS.txt OUT.bin [WORDS]

VECTORS.txt: "N 128", then a line a word, most frequent first: the word and 128 numbers. Out go the
first WORDS (30000) at length 1, one byte a number: u32 "AVEC", u32 n, n u64 hashes (FNV-1a) in
order, n * 128 signed bytes.
"""
import array
import math
import struct
import sys

DIM = 128


def fnv(word):
    h = 0xCBF29CE484222325
    for byte in word.encode():
        h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def main():
    rows = {}
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 30000
    with open(sys.argv[1], encoding="utf-8") as f:
        assert f.readline().split()[1] == str(DIM)
        for line in f:
            word, *numbers = line.split()
            v = [float(x) for x in numbers]
            length = math.sqrt(sum(x * x for x in v)) or 1.0
            # 0.7 is the largest byte: numbers beyond it are rare at length 1 and are cut
            rows.setdefault(fnv(word), array.array("b", (max(-127, min(127, round(x / length / 0.7 * 127))) for x in v)))
            if len(rows) == most:
                break
    with open(sys.argv[2], "wb") as f:
        f.write(struct.pack("<4sI", b"AVEC", len(rows)))
        for h in sorted(rows):
            f.write(struct.pack("<Q", h))
        for h in sorted(rows):
            f.write(rows[h].tobytes())


main()
