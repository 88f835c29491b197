#!/usr/bin/env python3
"""sqlgen.py: how does a .sql file become C that cannot drift from the schema?

  sqlgen.py query x.sql x.sql.h x.sql.c MIGRATION...   one file of named queries
  sqlgen.py migrations out.c MIGRATION...              the migrations, for both engines
  sqlgen.py list out.c x.sql...                        a table of all queries, for the tests

`query` migrates an empty SQLite in memory and refuses, naming file and line: a query that does
not prepare, parameters or columns that differ from those declared, a full scan that does not
say `-- scan ok: why`. CONTRIBUTING.md has the grammar of a query file.
"""
import hashlib
import itertools
import os
import re
import sqlite3
import sys

TOKENS = {
    "{{id}}": ("INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY"),
    "{{i64}}": ("INTEGER", "BIGINT"),
    "{{bool}}": ("INTEGER", "BIGINT"),
    "{{blob}}": ("BLOB", "BYTEA"),
}
# type: (C type, enum, PostgreSQL cast, a sample to run the query with)
TYPES = {
    "i64": ("int64_t ", "DB_I64", "bigint", 1),
    "bool": ("bool ", "DB_BOOL", "bigint", 1),
    "text": ("const char *", "DB_TEXT", "text", "x"),
    "blob": ("struct str ", "DB_BLOB", "bytea", b"x"),
    "real": ("double ", "DB_REAL", "double precision", 1.0),
    "i64[]": ("struct i64_list ", "DB_I64_LIST", "bigint[]", "[1]"),
    "text[]": ("struct text_list ", "DB_TEXT_LIST", "text[]", '["x"]'),
}
PLACE = re.compile(r"""'(?:[^']|'')*' | "[^"]*" | /\*.*?\*/ | --[^\n]* | :: | :([A-Za-z_]\w*)""", re.X | re.S)


class Refused(Exception):
    pass


def refuse(path, line, text):
    raise Refused(f"{path}:{line}: {text}")


# Migrations


def migration_text(source, engine):
    """The text of one migration for an engine: 0 SQLite, 1 PostgreSQL."""
    out, wanted = [], (True, True)
    for line in source.split("\n"):
        head = line.strip()
        if head == "-- only sqlite":
            wanted = (True, False)
        elif head == "-- only pg":
            wanted = (False, True)
        elif head == "-- end":
            wanted = (True, True)
        elif wanted[engine]:
            out.append(line)
    text = "\n".join(out)
    for token, by_engine in TOKENS.items():
        text = text.replace(token, by_engine[engine])
    left = re.search(r"\{\{\w*\}\}", text)
    if left:
        raise Refused(f"unknown token {left.group(0)}")
    return text


def strip_comments(text):
    def keep(m):
        return "" if m.group(0).startswith("--") or m.group(0).startswith("/*") else m.group(0)

    lines = (line.rstrip() for line in PLACE.sub(keep, text).split("\n"))
    return "\n".join(line for line in lines if line)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def migrated(paths):
    db = sqlite3.connect(":memory:", isolation_level=None)
    for path in paths:
        try:
            db.executescript(migration_text(read(path), 0))
        except (sqlite3.Error, Refused) as e:
            raise Refused(f"{path}: {e}") from e
    return db


def c_string(text, indent="    "):
    lines = []
    for line in text.split("\n"):
        line = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("?", "\\?")
        lines.append(f'{indent}"{line}\\n"')
    lines[-1] = lines[-1][:-3] + '"'
    return "\n".join(lines)


def command_migrations(out, paths):
    rows = []
    for path in sorted(paths, key=os.path.basename):
        name = os.path.basename(path)[: -len(".sql")]
        row = [f'    {{\n        "{name}",']
        for engine in (0, 1):
            text = strip_comments(migration_text(read(path), engine))
            # White space and comments may change after a migration was applied; words may not.
            digest = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
            row.append(f'        "{digest}",\n{c_string(text, "        ")},')
        row.append("    },")
        rows.append("\n".join(row))
    write(
        out,
        "/* Made by tools/sqlgen.py out of sql/migrations. */\n"
        '#include "store/migration.h"\n\n'
        "const struct migration MIGRATIONS[] = {\n" + "\n".join(rows) + "\n};\n"
        "const size_t N_MIGRATIONS = sizeof MIGRATIONS / sizeof MIGRATIONS[0];\n",
    )


# Query files


class Query:
    def __init__(self, path, line, name, kind):
        self.path, self.line, self.name, self.kind = path, line, name, kind
        self.doc, self.params, self.returns = [], [], []
        self.engine = None
        self.body, self.pg_body = [], None  # lists of (line number, text)
        self.scan_ok = False
        self.fragments = []

    def refuse(self, text, line=None):
        refuse(self.path, line or self.line, f"{self.name}: {text}")


def fields(q, line, text):
    out = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        m = re.fullmatch(r"([a-z_]\w*)\s+(i64|bool|text|blob|real)(\[\])?(\?)?", part)
        if not m:
            q.refuse(f"cannot read '{part}'; want 'name type', type one of {', '.join(TYPES)}, '?' if nullable", line)
        kind = m.group(2) + (m.group(3) or "")
        if kind not in TYPES or (m.group(4) and kind in ("bool", "i64[]", "text[]")):
            q.refuse(f"'{part}' is no type", line)
        out.append((m.group(1), kind, bool(m.group(4))))
    return out


def head_line(q, line, text, is_pg):
    m = re.match(r"--\s*(params|returns|scan ok|engine):\s*(.*)$", text)
    if not m:
        q.doc.append(re.sub(r"^--\s?", "", text))
        return
    key, value = m.group(1), m.group(2).strip()
    if key == "scan ok":
        if not value:
            q.refuse("'scan ok' says no reason", line)
        q.scan_ok = True
    elif is_pg:
        q.refuse(f"'{key}' belongs to the first block of the query", line)
    elif key == "engine":
        if value not in ("sqlite", "pg"):
            q.refuse("engine is sqlite or pg", line)
        q.engine = value
    elif key == "params":
        q.params += fields(q, line, value)
    else:
        q.returns += fields(q, line, value)


def parse(path):
    queries, q, is_pg, in_head = [], None, False, True
    for number, text in enumerate(read(path).split("\n"), 1):
        m = re.match(r"--\s*name:\s*(.*)$", text)
        if m:
            named = re.fullmatch(r"([a-z]\w*)\s+(:one|:many|:exec|\(pg\))", m.group(1).strip())
            if not named:
                refuse(path, number, "want '-- name: some_query :one', ':many', ':exec' or '(pg)'")
            is_pg, in_head = named.group(2) == "(pg)", True
            if is_pg:
                if not q or q.name != named.group(1) or q.pg_body is not None:
                    refuse(path, number, f"'{named.group(1)} (pg)' does not stand behind its first block")
                q.pg_body = []
            else:
                if any(o.name == named.group(1) for o in queries):
                    refuse(path, number, f"{named.group(1)} is there twice")
                q = Query(path, number, named.group(1), named.group(2)[1:])
                queries.append(q)
        elif q is None:
            if text.strip() and not text.lstrip().startswith("--"):
                refuse(path, number, "SQL before the first '-- name:'")
        elif in_head and text.startswith("--") and not text.startswith("--["):
            head_line(q, number, text, is_pg)
        elif text.strip():
            in_head = False
            (q.pg_body if is_pg else q.body).append((number, text))
    return queries


def pieces(q, body):
    """[(fragment name or None, text)]; collects the fragments' names in order."""
    out, name, lines = [], None, []

    def close():
        text = "\n".join(lines).strip()
        if text:
            out.append((name, text))
        lines.clear()

    for number, text in body:
        opened = re.match(r"\s*--\[\s*([a-z]\w*)\s*$", text)
        if opened:
            if name:
                q.refuse("a fragment inside a fragment", number)
            close()
            name = opened.group(1)
            if name not in q.fragments:
                q.fragments.append(name)
        elif text.strip() == "--]":
            if not name:
                q.refuse("'--]' closes nothing", number)
            close()
            name = None
        else:
            text = PLACE.sub(lambda m: "" if m.group(0).startswith("--") else m.group(0), text)
            if text.strip():
                lines.append(text.rstrip())
    if name:
        q.refuse(f"fragment '{name}' is never closed with '--]'")
    close()
    if out:
        out[-1] = (out[-1][0], out[-1][1].rstrip().rstrip(";"))
    return out


def translate(q, text, engine, used):
    index = {name: i + 1 for i, (name, _, _) in enumerate(q.params)}
    kinds = {name: kind for name, kind, _ in q.params}

    def place(m):
        name = m.group(1)
        if not name:
            return m.group(0)
        if name not in index:
            q.refuse(f"parameter :{name} is not declared")
        used.add(name)
        if engine == 0:
            return f"?{index[name]}"
        return f"${index[name]}::{TYPES[kinds[name]][2]}"

    def listed(m):
        negated, name = m.group(1), m.group(2)
        if name not in kinds or not kinds[name].endswith("[]"):
            return m.group(0)
        if engine == 0:
            return f"{negated or ''}IN (SELECT value FROM json_each(:{name}))"
        return f"{'<> ALL' if negated else '= ANY'} (:{name})"

    text = re.sub(r"(?i)\b(NOT\s+)?IN\s*\(\s*:([a-z_]\w*)\s*\)", listed, text)
    return PLACE.sub(place, text)


def texts(q):
    """Pieces per engine, or None where the engine has none."""
    used, out = set(), [None, None]
    if not q.body:
        q.refuse("has no SQL")
    source = [q.body, q.pg_body if q.pg_body is not None else q.body]
    for engine in (0, 1):
        if q.engine and q.engine != ("sqlite", "pg")[engine]:
            continue
        out[engine] = [(name, translate(q, text, engine, used)) for name, text in pieces(q, source[engine])]
    for name, _, _ in q.params:
        if name not in used:
            q.refuse(f"parameter :{name} is declared and not used")
    if len(q.fragments) > 31:
        q.refuse("more than 31 fragments")
    return out


def masks(q):
    n = len(q.fragments)
    if n <= 6:
        return range(1 << n)
    return sorted({0, (1 << n) - 1} | {1 << i for i in range(n)} | {1 << i | 1 << j for i, j in itertools.combinations(range(n), 2)})


def assembled(q, parts, mask):
    return "\n".join(t for name, t in parts if name is None or mask >> q.fragments.index(name) & 1)


def check(db, q, parts):
    values = [TYPES[kind][3] for _, kind, _ in q.params]
    named = set()
    for m in re.finditer(r"(?i)(?:\bWITH(?:\s+RECURSIVE)?|,)\s+(\w+)\s*(?:\([^()]*\))?\s+AS\s+(?:MATERIALIZED\s*)?\(", assembled(q, parts, -1)):
        named.add(m.group(1).lower())
    for mask in masks(q):
        text = assembled(q, parts, mask)
        with_words = " with " + "+".join(f for i, f in enumerate(q.fragments) if mask >> i & 1) if mask else ""
        top = max((int(n) for n in re.findall(r"\?(\d+)", text)), default=0)
        try:
            plan = db.execute("EXPLAIN QUERY PLAN " + text, values[:top]).fetchall()
        except sqlite3.Error as e:
            q.refuse(f"does not prepare{with_words}: {e}")
        for _, _, _, detail in plan:
            m = re.match(r"SCAN (\S+)(.*)$", detail)
            if not m or q.scan_ok or m.group(1) in ("CONSTANT", "json_each") or m.group(1).startswith("("):
                continue
            virtual = re.search(r"VIRTUAL TABLE INDEX (\d+):(.*)", m.group(2))
            if m.group(1).lower() in named or (virtual and virtual.group(1) + virtual.group(2) != "0"):
                continue
            q.refuse(f"walks a whole table{with_words} ({detail}); add an index or '-- scan ok: why'")
        check_columns(db, q, text, values[:top])


def check_columns(db, q, text, values):
    want = [name for name, _, _ in q.returns]
    count = max([row[3] for row in db.execute("EXPLAIN " + text, values) if row[1] == "ResultRow"], default=0)
    if q.kind == "exec":
        if want:
            q.refuse("an :exec query returns nothing")
        return
    if not want:
        q.refuse(f"a :{q.kind} query needs '-- returns:'")
    if count != len(want):
        q.refuse(f"gives {count} columns, '-- returns:' declares {len(want)}")
    db.execute("BEGIN")
    try:
        got = [d[0] for d in db.execute(text, values).description or []]
    except sqlite3.Error:
        got = want  # a constraint refused the sample row: the count has to do
    finally:
        db.execute("ROLLBACK")
    if got != want:
        q.refuse(f"gives columns {', '.join(got)}; '-- returns:' declares {', '.join(want)}")


# C


def signature(q):
    args = ["struct tx *tx"]
    if has_in(q):
        args.append(f"struct {q.name}_in in")
    if q.kind == "exec":
        args.append("int64_t *ret_changed")
    elif q.kind == "one":
        args += ["struct arena *a", f"struct {q.name}_row **ret"]
    else:
        args += ["struct arena *a", f"struct {q.name}_rows *ret"]
    return f"enum err q_{q.name}({', '.join(args)}, struct why *w)"


def has_in(q):
    return bool(q.params or q.fragments)


def members(list_of_fields):
    return "".join(f"    {TYPES[kind][0]}{name};{' /* or NULL */' if null and kind == 'text' else ''}\n" for name, kind, null in list_of_fields)


def header(q):
    out = [f"/* {q.name}"]
    out += [f" * {line}".rstrip() for line in q.doc if line.strip()]
    out[-1] += " */"
    if has_in(q):
        flags = ""
        if q.fragments:
            flags = "    unsigned with; /* WITH_… flags below */\n"
            out += [f"#define WITH_{q.name.upper()}_{f.upper()} (1U << {i})" for i, f in enumerate(q.fragments)]
        out.append(f"struct {q.name}_in {{\n{flags}{members(q.params)}}};")
    if q.returns:
        out.append(f"struct {q.name}_row {{\n{members(q.returns)}}};")
    if q.kind == "many":
        out.append(f"struct {q.name}_rows {{\n    struct {q.name}_row *v;\n    size_t n;\n}};")
    out.append(f"CHECKED {signature(q)};")
    return "\n".join(out)


def table(name, struct, list_of_fields):
    rows = [
        f'    {{"{n}", {TYPES[k][1]}, {"true" if null else "false"}, offsetof(struct {struct}, {n})}},'
        for n, k, null in list_of_fields
    ]
    return f"static const struct db_field {name}[] = {{\n" + "\n".join(rows) + "\n};"


def piece_table(q, name, parts):
    rows = []
    for fragment, text in parts:
        mask = f"1U << {q.fragments.index(fragment)}" if fragment else "0"
        rows.append(f"    {{{mask},\n{c_string(text + chr(10), '     ')}}},")
    rows.append("    {0, NULL},")
    return f"static const struct db_piece {name}[] = {{\n" + "\n".join(rows) + "\n};"


def body(q):
    given = "&in" if has_in(q) else "NULL"
    if q.kind == "exec":
        return f"    return db_exec(tx, &QUERY_{q.name}, {given}, ret_changed, w);"
    if q.kind == "one":
        return (
            f"    void *row;\n    enum err e = db_one(tx, &QUERY_{q.name}, {given}, a, &row, w);\n\n"
            "    if (!e)\n        *ret = row;\n    return e;"
        )
    return (
        f"    void *rows;\n    size_t n;\n    enum err e = db_many(tx, &QUERY_{q.name}, {given}, a, &rows, &n, w);\n\n"
        f"    if (!e)\n        *ret = (struct {q.name}_rows){{rows, n}};\n    return e;"
    )


def code(q, by_engine):
    out, n = [], q.name
    if q.params:
        out.append(table(f"PARAMS_{n}", f"{n}_in", q.params))
    if q.returns:
        out.append(table(f"COLUMNS_{n}", f"{n}_row", q.returns))
    for engine, suffix in ((0, "SQLITE"), (1, "PG")):
        if by_engine[engine] is not None:
            out.append(piece_table(q, f"{suffix}_{n}", by_engine[engine]))
    init = [f'    .name = "{n}",', f"    .kind = QUERY_{q.kind.upper()},"]
    for engine, member, prefix in ((0, "sqlite", "SQLITE"), (1, "pg", "PG")):
        if by_engine[engine] is not None:
            init.append(f"    .{member} = {prefix}_{n},")
    if has_in(q):
        init.append(f"    .in_bytes = sizeof(struct {n}_in),")
    if q.params:
        init.append(f"    .params = PARAMS_{n},\n    .n_params = {len(q.params)},")
    if q.returns:
        init.append(f"    .columns = COLUMNS_{n},\n    .n_columns = {len(q.returns)},\n    .row_bytes = sizeof(struct {n}_row),")
    if q.fragments:
        init.append(f"    .has_with = true,\n    .with_offset = offsetof(struct {n}_in, with),\n    .n_fragments = {len(q.fragments)},")
    out.append(f"static const struct query QUERY_{n} = {{\n" + "\n".join(init) + "\n};")
    out.append(f"{signature(q)}\n{{\n{body(q)}\n}}")
    return "\n\n".join(out)


def list_name(path):
    folder, name = os.path.split(os.path.abspath(path))
    return "QUERIES_" + re.sub(r"\W", "_", os.path.basename(folder) + "_" + name[: -len(".sql")])


def command_query(path, out_h, out_c, migrations):
    queries = parse(path)
    if not queries:
        refuse(path, 1, "has no query")
    db = migrated(migrations)
    parts = []
    for q in queries:
        by_engine = texts(q)
        if by_engine[0] is not None:
            check(db, q, by_engine[0])
        parts.append(code(q, by_engine))
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    name = os.path.basename(path)
    head = f"/* Made by tools/sqlgen.py out of {folder}/{name}. */\n"
    write(out_h, head + '#pragma once\n\n#include "store/query.h"\n\n' + "\n\n".join(header(q) for q in queries) + "\n")
    names = "".join(f"    &QUERY_{q.name},\n" for q in queries)
    write(
        out_c,
        head
        + f'#include "{folder}/{name}.h"\n\n#include "store/db.h"\n\n'
        + "\n\n".join(parts)
        + f"\n\nextern const struct query *const {list_name(path)}[];\n"
        + f"const struct query *const {list_name(path)}[] = {{\n{names}    NULL,\n}};\n",
    )


def command_list(out, paths):
    names = [list_name(p) for p in paths]
    write(
        out,
        '/* Made by tools/sqlgen.py: every named query, for the tests. */\n#include "store/db.h"\n\n'
        + "".join(f"extern const struct query *const {n}[];\n" for n in names)
        + "\nconst struct query *const *const ALL_QUERIES[] = {\n"
        + "".join(f"    {n},\n" for n in names)
        + "    NULL,\n};\n",
    )


def main(argv):
    try:
        if len(argv) > 4 and argv[1] == "query":
            command_query(argv[2], argv[3], argv[4], argv[5:])
        elif len(argv) > 2 and argv[1] == "migrations":
            command_migrations(argv[2], argv[3:])
        elif len(argv) > 2 and argv[1] == "list":
            command_list(argv[2], argv[3:])
        else:
            print(__doc__, file=sys.stderr)
            return 2
    except Refused as e:
        print(f"sqlgen: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
