#!/usr/bin/env python3
"""Put one file into the binary as it is.

    incbin.py IN OUT.c FUNCTION

writes a C file with `struct str FUNCTION(void)` that gives the bytes of IN, aligned for a struct.
They come in by the assembler's .incbin. The hash in the head makes the C file differ when IN
differs, so that no compiler cache can hand out the old one.
"""
import hashlib
import os
import sys

TEXT = """/* Made by tools/incbin.py (sha256 {hash}). Do not edit. */
#include "base/str.h"

__asm__(".section .rodata\\n"
        ".balign 16\\n"
        "{name}_first: .incbin \\"{path}\\"\\n"
        "{name}_last:\\n"
        ".previous\\n");

extern const char {name}_first[], {name}_last[];
struct str {name}(void);

struct str {name}(void)
{{
    return (struct str){{{name}_first, (size_t)({name}_last - {name}_first)}};
}}
"""


def main():
    source, out, name = sys.argv[1:]
    with open(source, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    with open(out, "w", encoding="utf-8") as f:
        f.write(TEXT.format(hash=digest, name=name, path=os.path.abspath(source)))


main()
