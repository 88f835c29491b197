"""What script/bench measures of triage: the table of issue 3, through the command line only.

The official splits of ../shared/data become `label<TAB>text` files in a temporary folder. CLINC150
trains on "train", thresholds come from "val", figures from "test"; BANKING77 has no validation
split, so a tenth of "train" is held out by training itself. Nothing is chosen on a test split.
"""
import csv
import json
import os
import pathlib
import resource
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = ROOT / "build" / "antiphon"
DATA = ROOT.parent / "shared" / "data"
SEEDS = (1, 2, 3)


def write(path, rows):
    with open(path, "w", encoding="utf-8") as f:
        for label, text in rows:
            f.write(f"{label}\t{' '.join(text.split())}\n")
    return path


def clinc(folder):
    with open(DATA / "clinc150" / "data_full.json", encoding="utf-8") as f:
        full = json.load(f)
    files = {}
    for part in ("train", "val", "test"):
        rows = [(label, text) for text, label in full[part]]
        rows += [("oos", text) for text, _ in full["oos_" + part]]
        files[part] = write(folder / f"clinc-{part}.tsv", rows)
    return files


def banking(folder):
    files = {}
    for part in ("train", "test"):
        with open(DATA / "banking77" / f"{part}.csv", encoding="utf-8", newline="") as f:
            files[part] = write(folder / f"banking-{part}.tsv", [(r["category"], r["text"]) for r in csv.DictReader(f)])
    return files


def run(*words, **more):
    done = subprocess.run([str(BINARY), "triage", *map(str, words)], capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"bench: triage {words[0]}: {done.stderr.strip()}")
    return done.stdout


def train(files, seed, out):
    """CPU seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    held = ["--val", files["val"]] if "val" in files else []
    run("train", files["train"], *held, "--seed", seed, "--out", out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def evaluate(files, model):
    held = ["--threshold-from", files["val"]] if "val" in files else []
    return json.loads(run("eval", "--model", model, files["test"], *held, "--promise", "0.98", "--json"))


def domains(files, model):
    """Share of messages whose domain is right: that of the likeliest intent."""
    with open(DATA / "clinc150" / "domains.json", encoding="utf-8") as f:
        of = {intent: domain for domain, intents in json.load(f).items() for intent in intents}
    rows = [line.rstrip("\n").split("\t", 1) for line in open(files["test"], encoding="utf-8")]
    rows = [r for r in rows if r[0] != "oos"]
    said = run("read", "--model", model, input="".join(text + "\n" for _, text in rows)).splitlines()
    right = 0
    for (label, _), line in zip(rows, said):
        sums = {}
        for guess, p in json.loads(line)["top"]:
            sums[of[guess]] = sums.get(of[guess], 0) + p
        right += max(sums, key=sums.get) == of[label]
    return right / len(rows)


def mean(rows, key):
    return sum(r[key] for r in rows) / len(rows)


def percent(v):
    return f"{100 * v:.2f} %"


def at_least(v, show=percent):
    return (f">= {show(v)}", lambda x: x >= v)


def at_most(v, show=percent):
    return (f"<= {show(v)}", lambda x: x <= v)


def micros(v):
    return f"{v:g} us"


def seconds(v):
    return f"{v:g} CPU s"


def bitext(table, folder, say):
    """Across the two releases: a warning of what random splits of templated data hide."""
    old = sorted((DATA / "bitext27").glob("*Training*.csv"))
    new = sorted((DATA / "bitext27").glob("*27K*.csv")) + sorted((DATA / "bitext27").glob("*20000*.csv"))
    if not old or not new:
        say("  not run: Bitext across its two releases (the second one is absent)")
        return
    files = {}
    for part, path in (("train", new[0]), ("test", old[0])):
        with open(path, encoding="utf-8", newline="") as f:
            rows = [(r["intent"], r.get("utterance") or r.get("instruction")) for r in csv.DictReader(f)]
        files[part] = write(folder / f"bitext-{part}.tsv", rows)
    train(files, 1, folder / "bitext.model")
    say(f"  warning, no claim: Bitext across its releases {percent(evaluate(files, folder / 'bitext.model')['accuracy'])}")


def urgency(table):
    """P1 on the set written apart from the rules, by the built-in model's reading."""
    with open(ROOT / "tests" / "triage" / "urgency.tsv", encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t", 1) for line in f if line.strip() and not line.startswith("#")]
    model = ROOT / "build" / "src" / "triage" / "builtin.model"
    said = run("read", "--model", model, input="".join(text + "\n" for _, text in rows)).splitlines()
    pairs = [(level, json.loads(line)["urgency"]) for (level, _), line in zip(rows, said, strict=True)]
    hit = pairs.count(("P1", "P1"))
    wanted = sum(level == "P1" for level, _ in pairs)
    given = sum(level == "P1" for _, level in pairs)
    recall, precision = hit / max(wanted, 1), hit / max(given, 1)
    table.add(f"P1 recall, {hit} of {wanted} (n {len(rows)})", ">= 99 %", percent(recall), recall >= 0.99)
    table.add(f"P1 precision, {hit} of {given}", ">= 60 %", percent(precision), precision >= 0.6)


def part_triage(table, folder, is_quick):
    def say(words):
        print(words, flush=True)

    urgency(table)
    if not DATA.is_dir():
        say("  not run: ../shared/data is absent")
        return
    seeds = SEEDS[:1] if is_quick else SEEDS
    sets = {"clinc": clinc(folder), "banking": banking(folder)}
    figures = {name: [] for name in sets}
    for name, files in sets.items():
        for seed in seeds:
            model = folder / f"{name}-{seed}.model"
            cpu = train(files, seed, model)
            seen = evaluate(files, model)
            seen["cpu"] = cpu
            if name == "clinc":
                seen["domains"] = domains(files, model)
            figures[name].append(seen)
            say(f"  {name}, seed {seed}: {json.dumps(seen)}")
            os.unlink(model)
    c, b = figures["clinc"], figures["banking"]
    for what, rows, key, want, goal, show in (
            ("CLINC150 in scope, 150 intents", c, "accuracy", at_least(0.934), at_least(0.955), percent),
            ("BANKING77", b, "accuracy", at_least(0.923), at_least(0.937), percent),
            ("CLINC150, 10 domains", c, "domains", at_least(0.977), at_least(0.985), percent),
            ("right among the routed, oos counted", c, "accuracy_routed", at_least(0.98), at_least(0.98), percent),
            ("share of all traffic routed at that", c, "coverage", at_least(0.65), at_least(0.80), percent),
            ("out-of-scope AUROC", c, "oos_auroc", at_least(0.96), at_least(0.97), percent),
            ("calibration error, CLINC150", c, "ece", at_most(0.02), at_most(0.01), percent),
            ("calibration error, BANKING77", b, "ece", at_most(0.02), at_most(0.01), percent),
            ("one message, all heads, p50", c, "us_p50", at_most(100, micros), at_most(50, micros), micros),
            ("one message, all heads, p99", c, "us_p99", at_most(200, micros), at_most(200, micros), micros),
            ("retrain on 15,000 messages, 150 categories", c, "cpu", at_most(60, seconds), at_most(20, seconds), seconds)):
        v = mean(rows, key)
        text = show(v) if show is percent else show(round(v, 1))
        table.add(what, f"{want[0]}, goal {goal[0]}", text + (", the goal" if goal[1](v) else ""), want[1](v))
    say(f"  top-3: CLINC150 {percent(mean(c, 'top3'))}, BANKING77 {percent(mean(b, 'top3'))}; "
        f"BANKING77 routed {percent(mean(b, 'coverage'))} at {percent(mean(b, 'accuracy_routed'))}")
    bitext(table, folder, say)
