#!/usr/bin/env python3
"""layers.py: does every file include only what its place allows?

  layers.py SOURCE_DIR        prints each offence as file:line: words; exit 1 if there is one

The rules are STYLE's: base <- sys, store <- http, jobs <- domains and channels <- desk, live
<- routes, cli <- main, and in a domain folder the suffix of a file says what it may touch.
There is no list of exceptions on purpose: a rule that is wrong is changed for all.
"""
import os
import re
import sys

RANK = {"base": 0, "sys": 1, "store": 1, "http": 2, "jobs": 2, "desk": 4, "live": 4, "cli": 5}
DOMAIN, ROUTES, MAIN = 3, 5, 6

# What store/ shows to others; the rest is its inside.
STORE_DOOR = {"store/store.h", "store/event.h", "store/blob.h", "store/move.h"}
# Headers of a domain that only the domain itself and what stands above it may see.
INNER = re.compile(r"(_store|_act|_api|_jobs)\.h$|\.sql\.h$")
# A role of a file in a domain folder: the layers beside base and domains that it may touch.
ROLES = {
    "_store": {"store", "sys"},
    "_act": {"store", "jobs", "sys"},
    "_jobs": {"jobs", "store"},
    "_api": {"http", "store", "sys"},
    "": {"sys"},
}
# Third-party headers, each behind one file or folder.
LIBRARY = {
    r"sqlite3\.h": r"store/sqlite(_value)?\.[ch]",
    r"libpq-fe\.h": r"store/(postgres|pg_\w+)\.[ch]",
    r"jansson\.h": r"base/json_\w+\.[ch]",
    r"event2/.*": r"http/.*|live/.*",
    r"llhttp\.h": r"http/.*",
    r"curl/.*": r"http/.*|channels/email/.*",
    r"gmime/.*|gumbo\.h|libetpan/.*": r"channels/email/.*",
    r"libseccomp.*|seccomp\.h|linux/landlock\.h": r"sys/.*",
    r"sodium\.h": r"sys/.*",
    r"csv\.h": r"import/csv\.c",
    r"cmocka\.h": r".*_test\.c|base/test\.h",
}


def folder_of(path):
    return path.split("/")[0] if "/" in path else ""


def rank_of(path):
    if "/" not in path:
        return ROUTES if path.startswith("routes.") else MAIN
    return RANK.get(folder_of(path), DOMAIN)


def role_of(path):
    stem = re.sub(r"\.(sql\.)?[ch]$", "", os.path.basename(path))
    return next((r for r in ROLES if r and stem.endswith(r)), "")


def is_channel(path):
    return path.startswith("channels/")


def offence(path, inc):
    """Why `path` may not include "inc", or None."""
    own, other = folder_of(path), folder_of(inc)
    if own == other:
        return None
    if other == "store" and inc not in STORE_DOOR:
        return "is the inside of the store"
    if rank_of(inc) > rank_of(path):
        return f"{own or path} stands below {inc}"
    if rank_of(path) < DOMAIN and rank_of(inc) == rank_of(path):
        return f"{own} and {other} stand beside each other"
    if rank_of(path) != DOMAIN:
        return None
    if is_channel(path):
        return None if other in ("base", "sys") else "a channel sees base and sys only"
    if other in RANK and RANK[other] < DOMAIN:
        role = role_of(path)
        if other != "base" and other not in ROLES[role]:
            return f"a file with the role '{role or 'rules'}' may not touch {other}"
        return None
    if is_channel(inc):
        return None if inc == "channels/channel.h" else "the inside of the channels"
    if INNER.search(inc):
        return f"rows and actions of another domain ({other}); desk/ passes values between them"
    return None


def own_rows(path, inc):
    """A file of rules includes no rows, not even its own domain's. (A handler may: where it only
    moves a row, a function between would say nothing.)"""
    if rank_of(path) == DOMAIN and folder_of(path) == folder_of(inc) and inc.endswith(".sql.h"):
        if not role_of(path):
            return "a file of rules may not touch rows"
    return None


def check_file(root, path, graph):
    out, first = [], None
    header = re.sub(r"\.c$", ".h", path)
    is_test = path.endswith("_test.c")
    with open(os.path.join(root, path), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            m = re.match(r'\s*#\s*include\s*(["<])([^">]+)[">]', line)
            if not m:
                continue
            inc = m.group(2)
            if first is None:
                first = inc
                if path.endswith(".c") and os.path.exists(os.path.join(root, header)) and inc != header:
                    out.append(f"{path}:{number}: includes {inc} before its own header {header}")
            if m.group(1) == "<":
                for library, home in LIBRARY.items():
                    if re.fullmatch(library, inc) and not re.fullmatch(home, path):
                        out.append(f"{path}:{number}: <{inc}> is hidden behind {home}")
                continue
            if "/" not in inc and not os.path.exists(os.path.join(root, inc)):
                out.append(f'{path}:{number}: "{inc}" lacks its folder')
                continue
            graph.setdefault(path, []).append((inc, number))
            why = None if is_test else offence(path, inc) or own_rows(path, inc)
            if why:
                out.append(f"{path}:{number}: {inc}: {why}")
    return out


def cycles(graph):
    out, state = [], {}

    def visit(path, trail):
        state[path] = 1
        for inc, number in graph.get(path, []):
            if state.get(inc) == 1:
                out.append(f"{path}:{number}: a circle: {' -> '.join(trail[trail.index(inc):] + [inc])}")
            elif inc not in state:
                visit(inc, trail + [inc])
        state[path] = 2

    for path in sorted(graph):
        if path not in state:
            visit(path, [path])
    return out


def main(argv):
    if len(argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    root, out, graph, n = argv[1], [], {}, 0
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            if name.endswith((".c", ".h")):
                path = os.path.relpath(os.path.join(folder, name), root)
                out += check_file(root, path, graph)
                n += 1
    out += cycles(graph)
    for line in sorted(out):
        print(line)
    print(f"{n} files, {len(out)} offences")
    return 1 if out else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
