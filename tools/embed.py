#!/usr/bin/env python3
"""Put files into the binary.

Question it answers: which C file carries the web pages? Reads a folder (ui/dist), gzips every
file once, and writes a C file whose table `ASSETS` (src/http/assets.h) names path, type, etag
and the gzip'd bytes. The bytes come in by the assembler's .incbin, so the compiler never sees
them: megabytes cost no compile time.

    embed.py --out assets.c --packed DIR [FOLDER]

Without FOLDER the table is empty (meson -Dui=false: a build without Node). The table is sorted
by path, for a binary search. Gzip is done without a time stamp: same input, same bytes.
"""
import argparse
import gzip
import hashlib
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
# The whole UI is under 2 MB; more than this is a mistake, not an asset.
MAX_FILE_BYTES = 4 << 20

HEAD = """/* Made by tools/embed.py: the web pages inside the binary. Do not edit. */
#include "http/assets.h"

"""


def c_text(s):
    if any(ord(c) < 32 or ord(c) > 126 for c in s):
        sys.exit(f"embed: path {s!r} is not plain ASCII")
    return '"' + s.replace("\\", "\\\\").replace('"', '\\"') + '"'


def find(folder):
    """(url path, file) of every file, sorted by the bytes of the path as strcmp does."""
    found = []
    for root, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(root, name)
            url = "/" + os.path.relpath(file, folder).replace(os.sep, "/")
            if os.path.splitext(name)[1] not in TYPES:
                sys.exit(f"embed: {file}: no media type known for it; add one to TYPES")
            found.append((url, file))
    return sorted(found, key=lambda f: f[0].encode())


def pack(file, packed):
    """Gzip `file` into the folder `packed`, named by its content. Returns (path, size, etag)."""
    with open(file, "rb") as f:
        raw = f.read(MAX_FILE_BYTES + 1)
    if len(raw) > MAX_FILE_BYTES:
        sys.exit(f"embed: {file} is over {MAX_FILE_BYTES} bytes")
    etag = hashlib.sha256(raw).hexdigest()[:20]
    path = os.path.abspath(os.path.join(packed, etag + ".gz"))
    data = gzip.compress(raw, 9, mtime=0)
    with open(path, "wb") as f:
        f.write(data)
    return path, len(data), etag


def write(out, folder, packed):
    os.makedirs(packed, exist_ok=True)
    assets = []
    for url, file in find(folder) if folder else []:
        path, size, etag = pack(file, packed)
        assets.append((url, TYPES[os.path.splitext(file)[1]], etag, path, size))
    if folder and not any(a[0] == "/index.html" for a in assets):
        sys.exit(f"embed: {folder} has no index.html; was the UI built?")

    text = [HEAD]
    for i, (_, _, _, path, _) in enumerate(assets):
        text.append(f'extern const unsigned char asset_{i}[] __asm__("antiphon_asset_{i}");\n')
        text.append(
            f'__asm__(".pushsection .rodata\\n.balign 16\\nantiphon_asset_{i}:\\n"\n'
            f'        ".incbin \\"{path}\\"\\n.popsection\\n");\n'
        )
    text.append("\nconst struct asset ASSETS[] = {\n")
    for i, (url, kind, etag, _, size) in enumerate(assets):
        quoted = c_text('"' + etag + '"')
        text.append(f"    {{{c_text(url)}, {c_text(kind)}, {quoted}, asset_{i}, {size}}},\n")
    if not assets:
        text.append("    {0, 0, 0, 0, 0},\n")
    text.append("};\n")
    text.append(f"const size_t N_ASSETS = {len(assets)};\n")
    with open(out, "w", encoding="ascii") as f:
        f.write("".join(text))


def main():
    p = argparse.ArgumentParser(description="put files into the binary")
    p.add_argument("--out", required=True)
    p.add_argument("--packed", required=True, help="folder for the gzip'd bytes")
    p.add_argument("folder", nargs="?")
    a = p.parse_args()
    write(a.out, a.folder, a.packed)


if __name__ == "__main__":
    main()
