#!/usr/bin/env python3
"""OpenAPI in, TypeScript out.

Question it answers: which types does the API speak, for the web pages? Reads the description
that `antiphon openapi` prints and writes one file: an interface for each schema, and `Routes`,
which maps "GET /api/v1/tickets" to its path and query parameters, its body and its answer. So a
field renamed in C does not compile in the console.

    antiphon openapi | tools/tsgen.py > ui/shared/api-types.ts
    antiphon openapi | tools/tsgen.py --check ui/shared/api-types.ts    exit 1 if it is stale
"""
import json
import re
import sys

HEAD = """// Made by tools/tsgen.py from the server's own description. Do not edit: script/generate.
"""
PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def quote(s):
    return "'" + s.replace("\\", "\\\\").replace("'", "\\'") + "'"


def key(name):
    return name if re.fullmatch(r"[A-Za-z_$][\w$]*", name) else quote(name)


def ts(schema):
    """The type of one schema, on one line."""
    if "$ref" in schema:
        return schema["$ref"].rsplit("/", 1)[1]
    if "anyOf" in schema:
        return " | ".join(ts(s) for s in schema["anyOf"])
    if "enum" in schema:
        return " | ".join("null" if v is None else quote(v) for v in schema["enum"])
    kinds = schema.get("type")
    if kinds is None:
        return "unknown"
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return " | ".join(one(k, schema) for k in kinds)


def one(kind, schema):
    if kind == "array":
        item = ts(schema["items"])
        return f"({item})[]" if " | " in item else f"{item}[]"
    if kind == "object":
        if "properties" in schema:
            return members(schema, "; ", "{ ", " }")
        return f"Record<string, {ts(schema.get('additionalProperties', {}))}>"
    return PLAIN[kind]


def members(schema, between, before, after):
    required = schema.get("required", [])
    rows = [f"{key(n)}{'' if n in required else '?'}: {ts(s)}" for n, s in schema["properties"].items()]
    return before + between.join(rows) + after if rows else "Record<string, never>"


def interface(name, schema):
    lines = []
    if schema.get("description"):
        lines.append(f"/** {schema['description']} */")
    required = schema.get("required", [])
    lines.append(f"export interface {name} {{")
    for field, s in schema["properties"].items():
        if s.get("description"):
            lines.append(f"  /** {s['description']} */")
        lines.append(f"  {key(field)}{'' if field in required else '?'}: {ts(s)}")
    lines.append("}")
    return "\n".join(lines) + "\n"


def parameters(operation, place):
    found = [p for p in operation.get("parameters", []) if p.get("in") == place]
    if not found:
        return "Record<string, never>"
    return "{ " + "; ".join(
        f"{key(p['name'])}{'' if p.get('required') else '?'}: {ts(p['schema'])}" for p in found) + " }"


def content(of, kind):
    return of.get("content", {}).get(kind, {}).get("schema")


def route(method, path, operation):
    body = content(operation.get("requestBody", {}), "application/json")
    answer = content(operation["responses"]["2XX"], "application/json")
    fields = [
        f"path: {parameters(operation, 'path')}",
        f"query: {parameters(operation, 'query')}",
        f"body: {ts(body) if body else 'undefined' if 'requestBody' not in operation else 'Blob'}",
        f"answer: {ts(answer) if answer else 'undefined'}",
    ]
    says = f"  /** {operation['summary']} */\n" if operation.get("summary") else ""
    return says + f"  {quote(method.upper() + ' ' + path)}: {{ {'; '.join(fields)} }}\n"


def generate(document):
    parts = [HEAD]
    for name, schema in sorted(document["components"]["schemas"].items()):
        parts.append(interface(name, schema))
    rows = [route(m, p, o) for p, methods in document["paths"].items() for m, o in methods.items()]
    parts.append("/** Every route: \"METHOD path\" to what it takes and answers. */\n"
                 "export interface Routes {\n" + "".join(rows) + "}\n")
    return "\n".join(parts)


def main():
    text = generate(json.load(sys.stdin))
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="utf-8") as f:
            if f.read() != text:
                sys.exit(f"tsgen: {sys.argv[2]} is stale: run script/generate")
    elif len(sys.argv) == 1:
        sys.stdout.write(text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
