#!/usr/bin/env python3
"""How many test cases passed and failed? Reads what Meson and Playwright wrote down.

usage: test_count.py meson BUILD_DIR/meson-logs/testlog.json
       test_count.py playwright REPORT.json
       test_count.py node LOG       (what `node --test` printed)
Prints "PASSED FAILED" alone on the first line, then one line for each failure and for each
data test that did not run. Every cmocka case counts by itself; a program without cmocka
output counts as one; whatever did not run (skipped, timed out, never started) has failed.
"""
import json
import re
import sys

PASSED = re.compile(r"^\[  PASSED  \] (\d+) test", re.M)
FAILED = re.compile(r"^\[  FAILED  \] (\d+) test", re.M)
FAILED_NAME = re.compile(r"^\[  FAILED  \] (?!\d+ test)(?:.*: )?(\S+)", re.M)
NOT_RUN = re.compile(r"^not run: .*$", re.M)


def count_meson(path):
    passed, failed, lines = 0, 0, []
    with open(path, encoding="utf-8", errors="replace") as f:
        tests = [json.loads(line) for line in f if line.strip()]
    for t in tests:
        text = (t.get("stdout") or "") + "\n" + (t.get("stderr") or "")
        good = sum(map(int, PASSED.findall(text)))
        bad = sum(map(int, FAILED.findall(text)))
        is_ok = t["result"] == "OK"
        if not is_ok and bad == 0:
            bad = 1
        if is_ok and good + bad == 0:
            good = 1
        passed, failed = passed + good, failed + bad
        if bad:
            names = sorted(set(FAILED_NAME.findall(text)))
            lines.append(f"failed: {t['name']} ({t['result']}) {' '.join(names)}".rstrip())
        lines += [f"{t['name']}: {said}" for said in NOT_RUN.findall(text)]
    return passed, failed, lines


def specs_of(suite, trail=()):
    for spec in suite.get("specs", []):
        yield trail, spec
    for inner in suite.get("suites", []):
        yield from specs_of(inner, trail + (inner["title"],))


def count_playwright(path):
    passed, failed, lines = 0, 0, []
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
    for suite in report["suites"]:
        for trail, spec in specs_of(suite, (suite["title"],)):
            for t in spec["tests"]:
                if t["status"] == "expected":
                    passed += 1
                    continue
                if t["status"] == "flaky":  # retries are on in CI alone
                    passed += 1
                    lines.append(f"passed at the second try: [{t['projectName']}] {spec['title']}")
                    continue
                failed += 1
                lines.append(f"failed: [{t['projectName']}] {' > '.join(trail)} > {spec['title']} "
                             f"({t['status']})")
            for t in spec["tests"]:
                lines += [f"{spec['title']}: not run: {a['description']}"
                          for a in t.get("annotations", []) if a["type"] == "not run"]
    for error in report.get("errors", []):
        failed += 1
        lines.append("failed: " + error.get("message", "?").splitlines()[0])
    return passed, failed, lines


def count_node(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    figures = dict(re.findall(r"^(?:#|ℹ) (\w+) (\d+)$", text, re.M))
    good = int(figures["pass"])
    lines = ["failed: " + name for name in re.findall(r"^\s*(?:not ok \d+ -|✖) (.*)$", text, re.M)]
    return good, int(figures["tests"]) - good, lines


COUNTS = {"meson": count_meson, "playwright": count_playwright, "node": count_node}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in COUNTS:
        sys.exit(__doc__)
    try:
        passed, failed, lines = COUNTS[sys.argv[1]](sys.argv[2])
    except (OSError, ValueError, KeyError) as e:
        passed, failed, lines = 0, 1, [f"failed: no result to read in {sys.argv[2]}: {e}"]
    print(passed, failed)
    for line in lines:
        print(line)


if __name__ == "__main__":
    main()
