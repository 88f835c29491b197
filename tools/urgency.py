#!/usr/bin/env python3
"""urgency.py: the rules of urgency as C tables.

  urgency.py OUT.c en.txt de.txt ...

One file a language; its name is the language's code. In a file:

  @set = word, other words, stem*, @another    alternatives; "stem*" takes any ending
  [kind P1 unless @not before 3, quoted]       the rules below give this kind and level
  [sign name]                                  ... or only count for the model
  word @set (a|b c|d*) ..3 last?               words in order; ".." up to 3 words between, "..5" up
                                               to 5; "last?" may be missing
  @a & @b & word                               all of them within 12 words, in any order; one of
                                               them may be several words in order
  pattern unless @set near 6                   one more guard for one rule

Guards: `@set before K` and `after K` (so many words before or behind what was found, in the same
sentence), `near K` (both, and within), `any` (anywhere in the text) and `quoted` (it stands between quotation marks, and nobody reports it:
@report of the language). Words are folded as language_words.h folds them: no case, no accents,
no apostrophes. The tables are those of src/triage/urgency_rules.h.
"""
import itertools
import os
import re
import sys
import unicodedata

KINDS = ["NONE", "SELF_HARM", "THREAT", "MINOR", "TAKEOVER", "CHARGE", "LEGAL", "PRIVACY", "OUTAGE",
         "REPEAT", "PLAN", "MODEL"]
NAMES = {"self_harm": "SELF_HARM", "threat": "THREAT", "minor": "MINOR", "account_takeover": "TAKEOVER",
         "unauthorised_charge": "CHARGE", "legal": "LEGAL", "privacy": "PRIVACY", "outage": "OUTAGE",
         "repeat_contact": "REPEAT", "plan": "PLAN"}
# In the order of enum urgency_sign.
SIGNS = ["money", "wrong_money", "lost", "blocked", "outage", "deadline", "repeat", "fault", "thanks", "wish",
         "question", "talk", "paid", "danger", "done"]
GUARDS = {"before": "BEFORE", "after": "AFTER", "near": "NEAR", "any": "ANY"}
# Heads before an apostrophe that language_words.c takes for words.
ELIDED = set("l d j n m t s c qu jusqu lorsqu puisqu dell all nell sull dall quell un com cos dov v quest".split())
ALONE = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t"}
MASK = (1 << 64) - 1
SEED = 0xCBF29CE484222325
STEM_LEAST = 3
ELEMENTS = 6
WINDOW = 12


class Wrong(Exception):
    pass


def fold(text):
    out = []
    for c in text.lower():
        plain = ALONE.get(c) or "".join(x for x in unicodedata.normalize("NFD", c) if not unicodedata.combining(x))
        out.append(plain)
    return "".join(out)


def words_of(phrase):
    """Folded words of a phrase, "*" kept at the end of a stem."""
    words = []
    for piece in fold(phrase).replace("’", "'").split():
        parts = piece.split("'")
        word = ""
        for i, part in enumerate(parts):
            word += part
            if i + 1 < len(parts) and word in ELIDED:
                words.append(word)
                word = ""
        words.append(word)
    for w in words:
        if not re.fullmatch(r"[^\W_]+\*?", w) and not re.fullmatch(r"[^\w\s]+", w):
            raise Wrong(f'"{w}" is no word')
        if w.endswith("*") and len(w.encode()) - 1 < STEM_LEAST:
            raise Wrong(f'the stem "{w}" has fewer than {STEM_LEAST} letters')
    if not words:
        raise Wrong("an empty phrase")
    return tuple(words)


def fnv(data, h=SEED):
    for b in data:
        h = ((h ^ b) * 0x100000001B3) & MASK
    return h


class Tables:
    def __init__(self):
        self.sets = []      # (language, frozenset of phrases)
        self.number = {}
        self.guards = []    # lists, flattened with an end mark
        self.guard_at = {(): 0}
        self.rules = []

    def set_of(self, language, phrases):
        key = (language, frozenset(phrases))
        if key not in self.number:
            self.number[key] = len(self.sets)
            self.sets.append(key)
        return self.number[key]

    def guards_of(self, guards):
        key = tuple(guards)
        if key not in self.guard_at:
            self.guard_at[key] = len(self.guards)
            self.guards += key + (("END", 0, 0),)
        return self.guard_at[key]


class Language:
    """One file."""

    def __init__(self, number, tables):
        self.number, self.tables, self.named = number, tables, {}

    def alternatives(self, text, between):
        phrases = set()
        for alternative in text.split(between):
            alternative = alternative.strip()
            if alternative.startswith("@"):
                if alternative[1:] not in self.named:
                    raise Wrong(f"nobody knows {alternative}")
                phrases |= self.named[alternative[1:]]
            else:
                phrases.add(words_of(alternative))
        return phrases

    def guards(self, text):
        ret, is_unquoted = [], False
        for guard in filter(None, (g.strip() for g in text.split(","))):
            if guard == "quoted":
                is_unquoted = True
                continue
            m = re.fullmatch(r"(@\w+|\([^)]*\)|[^\s()]+) (before|after|near) (\d+)|(@\w+|\([^)]*\)|[^\s()]+) any", guard)
            if not m:
                raise Wrong(f'"{guard}" is no guard')
            what = (m[1] or m[4]).strip("()")
            number = self.tables.set_of(self.number, self.alternatives(what, "|"))
            ret.append((GUARDS[m[2] or "any"], int(m[3] or 0), number))
        return ret, is_unquoted

    def element(self, token):
        inner = token[1:-1] if token.startswith("(") else token
        return self.tables.set_of(self.number, self.alternatives(inner, "|"))

    def patterns(self, text):
        """([(set, gap before it), ...], [set beside them, ...]) for each way to leave out what may."""
        tokens = re.findall(r"\([^)]*\)\??|\.\.\d*|&|[^\s()]+", text)
        chunks = [[]]
        for t in tokens:
            if t == "&":
                chunks.append([])
            else:
                chunks[-1].append(t)
        chunks.sort(key=lambda c: -len(c))
        beside = [self.element(c[0]) for c in chunks[1:] if len(c) == 1]
        if len(beside) + 1 != len(chunks) or not chunks[0]:
            raise Wrong("only one part of & may be longer than a word")
        tokens = chunks[0]
        choices = [(t[:-1], None) if t.endswith("?") else (t,) for t in tokens]
        for choice in itertools.product(*choices):
            elements, gap = [], 0
            for t in filter(None, choice):
                if t.startswith(".."):
                    gap = int(t[2:] or 3)
                    continue
                elements.append((self.element(t), gap if elements else 0))
                gap = 0
            if not elements or len(elements) + len(beside) > ELEMENTS:
                raise Wrong(f"a pattern has 1 to {ELEMENTS} elements")
            yield elements, beside

    def read(self, path):
        group = None
        with open(path, encoding="utf-8") as f:
            for at, line in enumerate(f, 1):
                line = "" if line.startswith("#") else line.strip()
                try:
                    group = self.line(line, group) if line else group
                except Wrong as e:
                    sys.exit(f"{path}:{at}: {e}")

    def line(self, line, group):
        m = re.fullmatch(r"@(\w+)\s*=\s*(.+)", line)
        if m:
            self.named.setdefault(m[1], set()).update(self.alternatives(m[2].rstrip(", "), ","))
            return group
        m = re.fullmatch(r"\[(\w+) (\w+)(?: unless (.*))?\]", line)
        if m:
            guards, is_unquoted = self.guards(m[3] or "")
            if m[1] == "sign" and m[2] in SIGNS:
                return "SIGN", SIGNS.index(m[2]), guards, is_unquoted
            if m[1] not in NAMES or m[2] not in ("P1", "P2", "P3"):
                raise Wrong("a heading is [kind P1] or [sign name]")
            return NAMES[m[1]], int(m[2][1]), guards, is_unquoted
        if not group:
            raise Wrong("a rule without a heading")
        body, _, more = line.partition(" unless ")
        guards, is_unquoted = self.guards(more)
        guard = self.tables.guards_of(group[2] + guards)
        for elements, beside in self.patterns(body):
            self.tables.rules.append(dict(kind=group[0], level=group[1], guard=guard, elements=elements, beside=beside,
                                          unquoted=is_unquoted or group[3], language=self.number))
        return group


def rarity(tables, number):
    """How rare a set is likely to be: short words are frequent, many alternatives too."""
    phrases = tables.sets[number][1]
    return min(sum(len(w) for w in p) + 2 * len(p) for p in phrases) - len(phrases) / 16


def trie(tables):
    """edges {(node, word): [to, first set, ...]}: node 0 begins."""
    edges, nodes = {}, 1
    for number, (_, phrases) in enumerate(tables.sets):
        for phrase in sorted(phrases):
            node = 0
            for i, w in enumerate(phrase):
                if (node, w) not in edges:
                    edges[(node, w)] = [0, set()]
                edge = edges[(node, w)]
                if i + 1 == len(phrase):
                    edge[1].add(number)
                    break
                if edge[0] == 0:
                    edge[0] = nodes
                    nodes += 1
                node = edge[0]
    return edges


def slot_key(node, word):
    """As urgency_rules.c: the word's hash, then its end, then the node."""
    stem = word.endswith("*")
    h = fnv(word.rstrip("*").encode()) if stem else fnv(word.encode())
    h = ((h ^ (0x2A if stem else 0x20)) + node * 0x9E3779B97F4A7C15) & MASK
    h ^= h >> 32
    h = (h * 0xD6E8FEB86659FD93) & MASK
    h ^= h >> 32
    return h or 1


def write_trie(edges, out):
    size = 64
    while size < 2 * len(edges):
        size *= 2
    slots, lists, list_at = [None] * size, [], {}
    for (node, word), (to, numbers) in sorted(edges.items()):
        key = slot_key(node, word)
        low, at = key & 0xFFFFFFFF, (key >> 32) & (size - 1)
        numbers = tuple(sorted(numbers))
        if numbers and numbers not in list_at:
            list_at[numbers] = len(lists)
            lists += numbers
        while slots[at]:
            if slots[at][0] == low:
                sys.exit(f"two phrases hash alike at {word!r}")
            at = (at + 1) & (size - 1)
        slots[at] = (low, to, list_at.get(numbers, 0), len(numbers))
    if len(lists) > 65535:
        sys.exit("too many sets for 16-bit places")
    out.append("static const struct urgency_slot SLOTS[] = {")
    out += ["    {0x%08x, %d, %d, %d}," % s if s else "    {0, 0, 0, 0}," for s in slots]
    out.append("};\n\nstatic const uint16_t SETS[] = {")
    out += ["    " + ", ".join(map(str, lists[i:i + 16])) + "," for i in range(0, len(lists), 16)]
    out.append("};\n")
    return size


def write_rules(tables, out):
    for r in tables.rules:
        if len(r["elements"]) == 1:
            parts = sorted([r["elements"][0][0]] + r["beside"], key=lambda n: -rarity(tables, n))
            r["elements"], r["beside"] = [(parts[0], 0)], parts[1:]
        numbers = numbers_of(r)
        r["anchor"] = max(range(len(numbers)), key=lambda i: (rarity(tables, numbers[i]), -i))
    tables.rules.sort(key=lambda r: numbers_of(r)[r["anchor"]])
    first = [0] * (len(tables.sets) + 1)
    out.append("static const struct urgency_rule RULES[] = {")
    for r in tables.rules:
        first[numbers_of(r)[r["anchor"]] + 1] += 1
        kind = "URGENCY_NONE" if r["kind"] == "SIGN" else "URGENCY_" + r["kind"]
        elements = ", ".join("{%d, %d}" % e for e in r["elements"] + [(n, 0) for n in r["beside"]])
        out.append("    {{%s}, %d, %d, %d, %s, %d, %d, %d, %d}," % (
            elements, len(r["elements"]), len(r["beside"]), r["anchor"], kind, r["level"], r["unquoted"],
            r["guard"], r["language"]))
    for i in range(len(tables.sets)):
        first[i + 1] += first[i]
    out.append("};\n\nstatic const uint16_t FIRST[] = {")
    out += ["    " + ", ".join(map(str, first[i:i + 16])) + "," for i in range(0, len(first), 16)]
    out.append("};\n\nstatic const struct urgency_guard GUARDS[] = {")
    out += ["    {GUARD_%s, %d, %d}," % g for g in tables.guards]
    out.append("};\n")


def numbers_of(rule):
    return [n for n, _ in rule["elements"]]


def main(argv):
    if len(argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    tables, codes, reports = Tables(), [], []
    tables.guards.append(("END", 0, 0))
    for number, path in enumerate(argv[2:]):
        language = Language(number, tables)
        language.read(path)
        codes.append(os.path.splitext(os.path.basename(path))[0])
        said = language.named.get("report")
        reports.append(tables.set_of(number, said) if said else 65535)
    out = ["/* Made by tools/urgency.py. Do not edit. */", '#include "triage/urgency_rules.h"', ""]
    size = write_trie(trie(tables), out)
    write_rules(tables, out)
    out.append("static const uint8_t LANGUAGE[] = {")
    own = [s[0] for s in tables.sets]
    out += ["    " + ", ".join(map(str, own[i:i + 24])) + "," for i in range(0, len(own), 24)]
    out.append("};\n")
    out.append("static const char *const CODES[] = {%s};" % ", ".join(f'"{c}"' for c in codes))
    out.append("static const uint16_t REPORTS[] = {%s};\n" % ", ".join(map(str, reports)))
    out.append("const struct urgency_table URGENCY_TABLE = {\n"
               f"    SLOTS, {size - 1}, SETS, RULES, FIRST, GUARDS, LANGUAGE, {len(tables.sets)}, CODES, REPORTS,\n"
               f"    {len(codes)}}};")
    if len(tables.sets) > 8192 or len(tables.rules) > 65535 or len(tables.guards) > 65535:
        sys.exit("too many rules for 16-bit numbers")
    with open(argv[1], "w", encoding="utf-8") as f:
        f.write("\n".join(out) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
