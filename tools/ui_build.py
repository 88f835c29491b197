#!/usr/bin/env python3
"""Build ui/dist, for meson.

Question it answers: is the built UI as new as its sources? Called by ui/meson.build with the
source tree; runs `npm ci` if package-lock.json changed, then the build, then touches the stamp
and writes a depfile with every source file, so that ninja calls it again only when one changes.

Node: the newest of .tools/*/bin/node (script/bootstrap puts Node 22 there where the system's
is too old) and the one in PATH; 20.19 is the oldest that the tools take. Without Node:
`meson configure build -Dui=false` builds a server without pages.
"""
import argparse
import fcntl
import glob
import os
import shutil
import subprocess
import sys

OLDEST = (20, 19)
SKIP = {"node_modules", "dist", "test-results"}


def node_version(node):
    try:
        out = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0)
    parts = out.stdout.strip().lstrip("v").split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) >= 2 else (0, 0)


def find_node(top):
    found = glob.glob(os.path.join(top, ".tools", "*", "bin", "node"))
    found += glob.glob(os.path.join(top, ".tools", "bin", "node"))
    if shutil.which("node"):
        found.append(shutil.which("node"))
    good = [f for f in ((node_version(n), n) for n in found) if f[0] >= OLDEST]
    if not good:
        sys.exit(
            "ui: needs Node %d.%d or newer; run script/bootstrap, or build without pages: "
            "meson configure build -Dui=false" % OLDEST
        )
    return max(good)[1]


def run(cmd, ui, node):
    env = dict(os.environ, PATH=os.path.dirname(node) + os.pathsep + os.environ.get("PATH", ""))
    got = subprocess.run(cmd, cwd=ui, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if got.returncode != 0:
        sys.stderr.write(got.stdout)
        sys.exit(f"ui: {' '.join(cmd)} failed")


def install(ui, node):
    lock = os.path.join(ui, "package-lock.json")
    mark = os.path.join(ui, "node_modules", ".antiphon-lock")
    with open(lock, "rb") as f:
        want = f.read()
    if os.path.exists(mark):
        with open(mark, "rb") as f:
            if f.read() == want:
                return
    run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], ui, node)
    with open(mark, "wb") as f:
        f.write(want)


def sources(ui):
    found = []
    for root, dirs, names in os.walk(ui):
        dirs[:] = sorted(d for d in dirs if d not in SKIP)
        # Folders too (but not ui/ itself, where node_modules and dist come and go): a new
        # file must be noticed, not only a changed one.
        if root != ui:
            found.append(root)
        found += [os.path.join(root, n) for n in sorted(names)]
    return found


def main():
    p = argparse.ArgumentParser(description="build ui/dist if its sources changed")
    p.add_argument("--top", required=True, help="the source tree")
    p.add_argument("--stamp", required=True)
    p.add_argument("--depfile")
    a = p.parse_args()
    ui = os.path.join(os.path.abspath(a.top), "ui")
    node = find_node(os.path.abspath(a.top))
    # Two build folders share ui/dist: one after the other.
    with open(os.path.join(ui, "package.json"), "rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(ui, node)
        run([node, "build.mjs"], ui, node)
    if a.depfile:
        with open(a.depfile, "w", encoding="utf-8") as f:
            names = " ".join(s.replace(" ", "\\ ") for s in sources(ui))
            f.write(f"{a.stamp}: {names}\n")
    with open(a.stamp, "w", encoding="utf-8") as f:
        f.write("built\n")


if __name__ == "__main__":
    main()
