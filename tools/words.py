#!/usr/bin/env python3
"""words.py: which C tables say what a phrase means?

  words.py fold OUT.c               how letters fold: accents and case taken away
  words.py trie IN.tsv OUT.c NAME   a list of phrases as a tree over folded words

A list has one entry a line: phrase, classes (names of bits, joined by a comma), value (may be
missing); "#" begins a comment. A "#" in a phrase stands for a run of digits ("iphone #", "s#").
The tables are those of src/triage/word.h; folding and hashing here are the same as in word.c.
"""
import re
import sys
import unicodedata

FIRST, LAST = 0xC0, 0x24F
MASK = (1 << 64) - 1
# Letters that Unicode does not take apart.
ALONE = {"ß": "ss", "ẞ": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
         "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n", "ĸ": "k", "ſ": "s"}


def fold_letter(c):
    c = c.lower()
    if c in ALONE:
        return ALONE[c]
    plain = "".join(x for x in unicodedata.normalize("NFKD", c) if not unicodedata.combining(x))
    return plain.lower() if plain.isascii() and plain.isalpha() and len(plain) <= 2 else None


def fold(text):
    out = []
    for c in text:
        if FIRST <= ord(c) <= LAST:
            out.append(fold_letter(c) or c)
        elif not unicodedata.combining(c):
            out.append(c.lower() if c.isascii() else c)
    return "".join(out)


def words_of(phrase):
    return re.findall(r"[^\W_#]*#[^\W_#]*|[^\W_]+", fold(unicodedata.normalize("NFC", phrase)))


def fnv(data):
    h = 0xCBF29CE484222325
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & MASK
    return h


def edge_key(node, word):
    h = (fnv(word.encode()) ^ (node * 0x9E3779B97F4A7C15)) & MASK
    h ^= h >> 32
    h = (h * 0xD6E8FEB86659FD93) & MASK
    h ^= h >> 32
    return h or 1


def write_fold(out):
    rows = []
    for cp in range(FIRST, LAST + 1):
        c = chr(cp)
        to = fold_letter(c)
        rows.append(f'    {{"{to or ""}", {"true" if c != c.lower() else "false"}}}, /* {cp:04X} */')
    return ('/* Made by tools/words.py. Do not edit. */\n#include "triage/word.h"\n\n'
            "const struct word_fold WORD_FOLDS[WORD_FOLD_LAST - WORD_FOLD_FIRST + 1] = {\n"
            + "\n".join(rows) + "\n};\n")


def read_list(path):
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if not line.strip() or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) not in (2, 3) or not words_of(cells[0]):
                sys.exit(f"{path}:{number}: wants phrase, classes and perhaps a value")
            yield number, words_of(cells[0]), cells[1].split(","), cells[2] if len(cells) > 2 else ""


def build(path):
    """Edges {(node, word): [to, entry]} and entries [(classes, value)] of a list."""
    edges, entries, nodes = {}, [], 1
    for number, words, classes, value in read_list(path):
        node = 0
        for w in words:
            if (node, w) not in edges:
                edges[(node, w)] = [nodes, 0]
                nodes += 1
            edge = edges[(node, w)]
            node = edge[0]
        if edge[1] == 0:
            entries.append([list(classes), value, number])
            edge[1] = len(entries)
            continue
        there = entries[edge[1] - 1]
        if value and there[1] and value != there[1]:
            sys.exit(f"{path}:{number}: \"{' '.join(words)}\" stands on line {there[2]} with another value")
        there[0] += [c for c in classes if c not in there[0]]
        there[1] = there[1] or value
    if nodes > 65535 or len(entries) > 65535:
        sys.exit(f"{path}: too long for 16-bit nodes")
    return edges, entries


def write_trie(path, name):
    edges, entries = build(path)
    size = 64
    while size < 2 * len(edges):
        size *= 2
    slots = [None] * size
    inner = {node for node, _ in edges}
    for (node, word), (to, entry) in sorted(edges.items()):
        key = edge_key(node, word)
        at = key & (size - 1)
        while slots[at]:
            if slots[at][0] == key:
                sys.exit(f"{path}: two phrases hash alike at {word!r}")
            at = (at + 1) & (size - 1)
        slots[at] = (key, to if to in inner else 0, entry)
    prefix = name.upper()
    out = ["/* Made by tools/words.py. Do not edit. */", f'#include "triage/{name}_words.h"', "",
           "static const struct word_entry ENTRIES[] = {", "    {0, NULL},"]
    for classes, value, _ in entries:
        bits = " | ".join(f"{prefix}_W_{c.upper()}" for c in classes)
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        out.append(f'    {{{bits}, "{quoted}"}},')
    out += ["};", "", "static const struct word_edge EDGES[] = {"]
    for slot in slots:
        out.append("    {0x%016xULL, %d, %d}," % slot if slot else "    {0, 0, 0},")
    out += ["};", "", f"const struct word_trie {prefix}_WORDS = {{EDGES, {size - 1}, ENTRIES}};", ""]
    return "\n".join(out)


def main(argv):
    if len(argv) == 3 and argv[1] == "fold":
        text, out = write_fold(argv[2]), argv[2]
    elif len(argv) == 5 and argv[1] == "trie":
        text, out = write_trie(argv[2], argv[4]), argv[3]
    else:
        print(__doc__, file=sys.stderr)
        return 2
    with open(out, "w", encoding="utf-8") as f:
        f.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
