#!/usr/bin/env python3
"""Does the server reach what it must? Prints one table: what is wanted, what was seen, met or not.

usage: script/bench [--quick] [PART…]      parts: ingest million browsers kill triage

Ratios are within one run on one machine: the floor (the prepared statements of a message, run
through the same batching on the same disk, no HTTP) is measured directly before and after the
server. Latencies are measured at the client on loopback, so they hold the server's time and
more. CPU is the server process' utime + stime. --quick: a hundredth of the data, seconds
instead of minutes, no judgement of size.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from triage import part_triage

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
BINARY = BUILD / "antiphon"
LOAD = BUILD / "tests" / "bench" / "bench_load"
TICK = os.sysconf("SC_CLK_TCK")


def say(words):
    print(words, flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server on a folder; set up if the folder is new."""

    def __init__(self, data):
        self.data, self.port = pathlib.Path(data), free_port()
        keyfile = self.data / "bench.key"
        if not keyfile.exists():
            password = self.data / "password"
            password.write_text("correct horse battery staple 9")
            self.cli("setup", "--admin-email", "bench@example.org", "--admin-password-file", str(password))
            password.unlink()
            keyfile.write_text(self.cli("key", "create", "--name", "bench", "--role", "admin").split()[-1])
        self.key = keyfile.read_text()
        self.process = None

    def cli(self, *words):
        command = [str(BINARY), words[0], *([words[1]] if words[0] == "key" else []), "--data", str(self.data)]
        rest = words[2:] if words[0] == "key" else words[1:]
        done = subprocess.run([*command, *rest], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"bench: {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def start(self):
        """Seconds until the first answer of a route that reads the store."""
        self.log = open(self.data / "bench.log", "ab")
        begun = time.monotonic()
        self.process = subprocess.Popen([str(BINARY), "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=self.log, stderr=self.log)
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).read()
                return time.monotonic() - begun
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"bench: the server ended at start; see {self.data}/bench.log")
                time.sleep(0.001)

    def stop(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(60)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer " + self.key, "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def metrics(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/metrics", headers={"Authorization": "Bearer " + self.key})
        found = {}
        for line in urllib.request.urlopen(request, timeout=30).read().decode().splitlines():
            m = re.match(r"(\w+)(?:\{[^}]*\})? ([-0-9.e+]+)$", line)
            if m:
                found[m[1]] = found.get(m[1], 0) + float(m[2])
        return found

    def inbox(self, name="bench", channel="api"):
        return self.call("POST", "/api/v1/inboxes", {"name": name, "channel": channel})["data"]["id"]

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, which="VmRSS"):
        """[MB], with the children"""
        total = 0
        for pid in [self.process.pid, *children(self.process.pid)]:
            for line in open(f"/proc/{pid}/status"):
                if line.startswith(which + ":"):
                    total += int(line.split()[1])
        return total / 1024

    def load(self, **options):
        words = [str(LOAD), "--port", str(self.port), "--key", self.key]
        for name, value in options.items():
            words += ["--" + name.replace("_", "-"), str(value)]
        done = subprocess.run(words, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"bench: load: {done.stderr.strip()}")
        return json.loads(done.stdout)


def children(pid):
    try:
        return [int(p) for p in open(f"/proc/{pid}/task/{pid}/children").read().split()]
    except OSError:
        return []


class Table:
    def __init__(self, is_quick):
        self.rows, self.is_quick = [], is_quick

    def add(self, what, want, got, is_met):
        self.rows.append((what, want, got, is_met))
        say(f"  {'ok ' if is_met else 'NOT'} {what}: {got} (wanted: {want})")

    def show(self):
        width = [max(len(str(r[i])) for r in self.rows) for i in range(3)]
        say("")
        say(f"{'what':{width[0]}}  {'wanted':{width[1]}}  {'seen':{width[2]}}  met")
        for what, want, got, met in self.rows:
            say(f"{what:{width[0]}}  {want:{width[1]}}  {got:{width[2]}}  {'yes' if met else 'NO'}")
        met = sum(r[3] for r in self.rows)
        say(f"{met} of {len(self.rows)} met" + (" (--quick: small data, short runs)" if self.is_quick else ""))
        return met == len(self.rows)


def record_statements(folder):
    """What the writer runs for some thousand messages: the log of a server on a new database."""
    data, log = folder / "statements", folder / "statements.log"
    data.mkdir()
    server = Server(data)
    os.environ["ANTIPHON_STATEMENT_LOG"] = str(log)
    server.start()
    del os.environ["ANTIPHON_STATEMENT_LOG"]
    server.load(inbox=server.inbox(), writers=64, seconds=2, prefix="floor")
    server.stop()
    shutil.rmtree(data)
    return log


def floor(seconds, folder, log):
    """Messages a second of the bare statements, on the same disk, in the same batches."""
    program = next((p for p in (BUILD / "bench_floor", *BUILD.glob("**/bench_floor")) if p.is_file()), None)
    if not program:
        return None
    done = subprocess.run([str(program), "--seconds", str(seconds), "--data", str(folder), "--log", str(log)], capture_output=True, text=True)
    if done.returncode:
        say(f"  the floor did not run: {done.stderr.strip()}")
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def part_ingest(table, folder, is_quick):
    seconds = 4 if is_quick else 15
    server = Server(folder)
    server.start()
    time.sleep(1)
    table.add("idle memory", "< 40 MB", f"{server.memory():.1f} MB", server.memory() < 40)
    inbox = server.inbox()
    server.load(inbox=inbox, writers=64, seconds=1, prefix="warm")
    log = record_statements(pathlib.Path(folder))
    before = floor(seconds / 2, folder, log)
    m0, c0 = server.metrics(), server.cpu()
    run = server.load(inbox=inbox, writers=64, seconds=seconds, prefix="ingest")
    c1, m1 = server.cpu(), server.metrics()
    after = floor(seconds / 2, folder, log)
    rate = run["taken"] / run["seconds"]
    if before and after:
        base = (before["per_second"] + after["per_second"]) / 2
        table.add("ingest, 64 clients, on disk before the answer", ">= 0.5 of the floor",
                  f"{rate:.0f}/s, floor {base:.0f}/s ({before['cpu_us']:.0f} us CPU, {before['mean_batch']:.0f} a batch), {rate / base:.2f}", rate / base >= 0.5)
    else:
        table.add("ingest, 64 clients, on disk before the answer", ">= 0.5 of the floor", f"{rate:.0f}/s, no floor", False)
    us = (c1 - c0) / max(1, run["taken"]) * 1e6
    table.add("server CPU a message", "<= 220 us (goal 150)", f"{us:.0f} us", us <= 220)
    operations = m1["antiphon_store_operations_total"] - m0["antiphon_store_operations_total"]
    batches = m1["antiphon_store_batches_total"] - m0["antiphon_store_batches_total"]
    table.add("operations a batch, mean", ">= 16", f"{operations / max(1, batches):.1f}", operations / max(1, batches) >= 16)
    table.add("refused or broken under load", "0", str(run["refused"] + run["broken"]), run["refused"] + run["broken"] == 0)
    say(f"  answered in p50 {run['write_p50_ms']} ms, p95 {run['write_p95_ms']} ms, p99 {run['write_p99_ms']} ms; peak memory {server.memory('VmHWM'):.0f} MB")
    server.stop(signal.SIGKILL)
    starts = sorted([server.start() for _ in range(5) if server.stop(signal.SIGKILL) is None])
    table.add("start to first answer, existing database", "< 200 ms", f"{starts[2] * 1000:.0f} ms (slowest of 5: {starts[-1] * 1000:.0f})", starts[2] < .2)
    server.stop()


def prepare_million(folder, tickets):
    server = Server(folder)
    server.start()
    inboxes = [server.inbox(f"bench {i}") for i in range(4)]
    for i in range(20):
        said = server.call("POST", f"/api/v1/inboxes/{inboxes[i % 4]}/messages",
                           {"external_id": f"first-{i}", "contact": {"external_id": f"first-{i}", "name": "Ana"}, "text": "hello there"})["data"]
        if i == 0:
            server.call("POST", f"/api/v1/tickets/{said['ticket_id']}/messages", {"kind": "reply", "text": "hello"})
    time.sleep(2)
    server.stop()
    say(f"  seeding {tickets} tickets")
    subprocess.run([sys.executable, str(ROOT / "tests/bench/seed.py"), str(folder), str(tickets)], check=True)
    return server, inboxes


def write_paths(folder, name, paths):
    file = folder / name
    file.write_text("\n".join(paths) + "\n")
    return file


def two_words(server):
    """Pairs of words that messages hold: common with common, common with rare, rare with rare."""
    pairs = []
    for ticket in server.call("GET", "/api/v1/tickets?limit=100")["data"][:60]:
        messages = server.call("GET", f"/api/v1/tickets/{ticket['id']}/messages")["data"]
        words = sorted(set(re.findall(r"[a-z]{3,}", messages[0]["text"])))
        if len(words) >= 3:
            pairs += [(words[0], words[-1]), (words[len(words) // 2], words[-1])]
    return pairs


def part_million(table, folder, is_quick):
    tickets = 10_000 if is_quick else 1_000_000
    seconds = 5 if is_quick else 20
    server, inboxes = prepare_million(folder, tickets)
    doctor = subprocess.run([str(BINARY), "doctor", "--data", str(folder)], capture_output=True, text=True)
    say(f"  doctor on the seeded desk: exit {doctor.returncode}")
    table.add(f"start to first answer, {tickets} tickets", "< 200 ms", *start_figure(server))
    me = server.call("GET", "/api/v1/tickets?limit=100&status=open")["data"]
    pages, after = [], None
    for _ in range(20):
        pages.append("/api/v1/tickets?status=new,open&sort=waiting" + (f"&after={after}" if after else ""))
        after = server.call("GET", pages[-1])["meta"]["after_cursor"]
        if not after:
            break
    pages += ["/api/v1/tickets", "/api/v1/tickets?status=closed", "/api/v1/tickets?status=solved,closed&limit=50",
              "/api/v1/tickets?assignee=none&status=new,open", f"/api/v1/tickets?inbox={inboxes[0]}&status=new,open,pending"]
    asked = {
        "queue page": (pages, 20, 100),
        "open a ticket": ([f"/api/v1/tickets/{t['id']}" for t in me] + [f"/api/v1/tickets/{t['id']}/messages" for t in me], 20, 100),
        "two-word search": ([f"/api/v1/search?q={a}%20{b}" for a, b in two_words(server)], 50, 20),
        "badges": (["/api/v1/counts"], 2, 20),
    }
    for name, (paths, limit, rate) in asked.items():
        file = write_paths(folder, "paths", paths)
        run = server.load(inbox=inboxes[1], writers=16, rate=200, prefix=name.replace(" ", ""), contacts=5000,
                          paths=file, readers=2, read_rate=rate, seconds=seconds)
        ok = run["read_p95_ms"] < limit and run["read_refused"] == 0 and run["refused"] == 0 and run["read"] > 0
        table.add(f"{name}, p95, {tickets} tickets, 200 messages/s", f"< {limit} ms",
                  f"{run['read_p95_ms']} ms (p50 {run['read_p50_ms']}, {run['read']} asked"
                  + (f", {run['read_refused']} refused" if run["read_refused"] else "") + ")", ok)
    say(f"  memory {server.memory():.0f} MB")
    server.stop()


def start_figure(server):
    starts = []
    for _ in range(5):
        starts.append(server.start())
        server.stop(signal.SIGKILL)
    server.start()
    median = sorted(starts)[2]
    return f"{median * 1000:.0f} ms (slowest of 5: {max(starts) * 1000:.0f})", median < .2


def part_browsers(table, folder, is_quick):
    followers, seconds = (200, 5) if is_quick else (5000, 20)
    server = Server(folder)
    server.start()
    inbox = server.inbox()
    server.load(inbox=inbox, writers=4, rate=200, seconds=2, prefix="warm", contacts=500)
    c0 = server.cpu()
    run = server.load(inbox=inbox, writers=8, rate=200, seconds=seconds, prefix="live", contacts=500,
                      followers=followers, topics="counts,list")
    peak, cpu = server.memory("VmHWM"), server.cpu() - c0
    table.add(f"memory with {followers} live browsers, 200 messages/s", "< 60 MB", f"{peak:.1f} MB at its peak",
              peak < 60 and run["followed"] == followers)
    table.add(f"an event reaches the last of {followers}", "<= 300 ms",
              f"p50 {run['last_p50_ms']}, p95 {run['last_p95_ms']}, slowest {run['last_max_ms']} ms; {run['missing']} missing",
              run["last_max_ms"] <= 300 and run["missing"] == 0 and run["followed"] == followers)
    say(f"  {run['bytes_followed'] / 1e6 / run['seconds']:.1f} MB/s to the browsers, server CPU {cpu / run['seconds']:.2f} cores")
    server.stop()


def part_kill(table, folder, is_quick):
    kills = 20 if is_quick else 1000
    environment = {**os.environ, "ANTIPHON_LARGE": "1", "ANTIPHON_KILLS": str(kills)}
    for store in ("sqlite", "postgresql"):
        done = subprocess.run([str(ROOT / "ui/node_modules/.bin/playwright"), "test", "-c", "tests/e2e/playwright.config.ts",
                               "--reporter=line", f"--project={store}", "--grep", "100 kills", "--timeout", "7200000"],
                              cwd=ROOT, env=environment, capture_output=True, text=True)
        figure = re.search(r"\d+ kills, .*", done.stdout)
        slowest = re.search(r"slowest start (\d+) ms", done.stdout)
        ok = done.returncode == 0 and slowest is not None and int(slowest[1]) <= 2000
        table.add(f"{kills} kills, {store}", "none lost, none doubled, ready in 2 s", figure[0] if figure else "failed", ok)


PARTS = {"ingest": part_ingest, "million": part_million, "browsers": part_browsers, "kill": part_kill, "triage": part_triage}


def main():
    words = sys.argv[1:]
    if "--help" in words:
        say(__doc__)
        return 0
    is_quick = "--quick" in words
    parts = [w for w in words if w != "--quick"] or list(PARTS)
    if any(p not in PARTS for p in parts):
        sys.exit(__doc__)
    table = Table(is_quick)
    for name in parts:
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"bench-{name}-", dir=BUILD))
        begun = time.monotonic()
        say(f"== {name}")
        try:
            PARTS[name](table, folder, is_quick)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        say(f"   took {time.monotonic() - begun:.0f} s")
    return 0 if table.show() else 1


if __name__ == "__main__":
    sys.exit(main())
