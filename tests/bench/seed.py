#!/usr/bin/env python3
"""What does a desk look like after years? Fill a stopped server's SQLite file.

usage: seed.py DATA_DIR TICKETS

Writes TICKETS tickets, three times as many messages, a third as many contacts, their search
index and their counts straight into DATA_DIR/antiphon.db: only for the bench, where the API
would take an hour. The folder must have been set up and must hold a few messages and a reply
already: what the server itself wrote there for "received", "delivered" and "not waiting" is
what the seed writes. `antiphon doctor` afterwards checks that the counts equal a recount.
"""
import os
import random
import sqlite3
import sys
import time

EPOCH_MS = 1767225600000  # 2026-01-01, where ids begin
WORDS = 12000
SENTENCES = 20000
AGENTS, TEAMS = 40, 8

# bucket (1 new 2 open 3 pending 4 hold 5 solved 6 closed 7 snoozed 8 spam 9 deleted): share
BUCKETS = {1: 5, 2: 40, 3: 30, 4: 5, 5: 110, 6: 780, 7: 10, 8: 15, 9: 5}
WAITING = {1, 2}

COMMON = (
    "the my is not i to and it a on in after app playlist song music phone please update help play account "
    "premium device cannot stops bluetooth speaker car family student plan payment card charged refund login "
    "password email offline download library shuffle queue lyrics podcast album artist search radio volume "
    "screen black crash error again since yesterday always never works broken missing gone deleted changed"
).split()


def vocabulary(rng):
    syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "is", "ol")]
    made = {"".join(rng.choice(syllables) for _ in range(rng.randint(2, 4))) for _ in range(WORDS)}
    return COMMON + sorted(made)


def sentences(rng, words):
    """Word frequencies fall like 1/rank, as in any language."""
    weights, total = [], 0.0
    for rank in range(1, len(words) + 1):
        total += 1 / rank
        weights.append(total)
    return [" ".join(rng.choices(words, cum_weights=weights, k=rng.randint(5, 14))) for _ in range(SENTENCES)]


def insert(db, table, columns, rows):
    marks = ",".join("?" * len(columns))
    db.executemany(f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})", rows)


def without_indexes(db, tables):
    """Drop the tables' own indexes and give back how to make them again."""
    marks = ",".join("?" * len(tables))
    rows = db.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({marks})",
        tables).fetchall()
    for name, _ in rows:
        db.execute(f"DROP INDEX {name}")
    return [sql for _, sql in rows]


class Seed:
    def __init__(self, db, n):
        self.db, self.n = db, n
        self.rng = random.Random(2)
        self.words = vocabulary(self.rng)
        self.sentences = sentences(self.rng, self.words)
        self.now = int(time.time() * 1000)
        self.step = (self.now - 3600_000 - EPOCH_MS) // n
        self.contacts = max(1, n // 3)
        self.inboxes = [r[0] for r in db.execute("SELECT id FROM inbox ORDER BY id")]
        self.states = dict(db.execute("SELECT kind, max(state) FROM message GROUP BY kind").fetchall())
        self.never = db.execute("SELECT max(wait_key) FROM ticket WHERE waiting_since IS NULL").fetchone()[0]
        if not self.inboxes or not {1, 2} <= set(self.states) or self.never is None:
            sys.exit("seed: the folder wants an inbox, a message and an answered one first")
        self.first_number = max(db.execute(q).fetchone()[0] or 0 for q in (
            "SELECT max(value) FROM store_mark WHERE name = 'number'", "SELECT max(number) FROM ticket"))

    def id_at(self, ms):
        return (ms - EPOCH_MS) << 12

    def people(self):
        admin = self.db.execute("SELECT min(id) FROM agent").fetchone()[0]
        insert(self.db, "agent", ("id", "email", "name", "role", "created_at"),
               ((self.id_at(EPOCH_MS + 10 + i), f"agent{i}@bench.example", f"Agent {i}", "agent", EPOCH_MS) for i in range(AGENTS)))
        insert(self.db, "team", ("id", "name", "created_at"),
               ((self.id_at(EPOCH_MS + 100 + i), f"Bench team {i}", EPOCH_MS) for i in range(TEAMS)))
        self.agents = [admin] + [self.id_at(EPOCH_MS + 10 + i) for i in range(AGENTS)]
        self.teams = [0] + [self.id_at(EPOCH_MS + 100 + i) for i in range(TEAMS)]

    def contact_id(self, i):
        return self.id_at(EPOCH_MS + 1000) + i

    def contact_rows(self):
        names = [w.capitalize() for w in self.words[100:3000]]
        return [f"{names[i % len(names)]} {names[(i * 7919) % len(names)]}" for i in range(self.contacts)]

    def make_contacts(self):
        names = self.contact_rows()
        insert(self.db, "contact", ("id", "name", "email", "created_at", "updated_at"),
               ((self.contact_id(i), name, f"c{i}@bench.example", EPOCH_MS, EPOCH_MS) for i, name in enumerate(names)))
        insert(self.db, "identity", ("inbox_id", "external_id", "contact_id", "state", "created_at"),
               ((self.inboxes[i % len(self.inboxes)], f"c{i}", self.contact_id(i), 1, EPOCH_MS) for i in range(self.contacts)))
        insert(self.db, "contact_fts", ("rowid", "text"),
               ((self.contact_id(i), f"{name} c{i}@bench.example") for i, name in enumerate(names)))

    def bucket_of(self):
        """Old tickets are closed; the unsolved ones are among the newest fifth."""
        kinds, weights = list(BUCKETS), list(BUCKETS.values())
        drawn = self.rng.choices(kinds, weights, k=self.n)
        old_first = sorted(range(self.n), key=lambda i: (drawn[i] not in (5, 6, 8, 9), self.rng.random()))
        return [drawn[i] for i in old_first]

    def tickets(self):
        rng, buckets = self.rng, self.bucket_of()
        for i in range(self.n):
            at, bucket = EPOCH_MS + 3600_000 + i * self.step, buckets[i]
            contact = i % self.contacts
            status = 2 if bucket in (7, 8, 9) else bucket
            waiting = at if bucket in WAITING else None
            # An agent works in one team, a team on one inbox; what nobody owns has its team.
            inbox = contact % len(self.inboxes)
            team = (inbox * 2 + rng.randrange(2)) % TEAMS
            owned = 0 if bucket == 1 or rng.random() < .2 else self.agents[rng.randrange(len(self.agents) // TEAMS) * TEAMS + team]
            yield (self.id_at(at), self.first_number + i + 1, self.contact_id(contact), self.inboxes[inbox],
                   self.sentences[i % SENTENCES][:60], status, bucket, self.now + 86400_000 if bucket == 7 else None, owned,
                   self.teams[team + 1], waiting, waiting if waiting else self.never, at, at + 9000,
                   at + 9000 if bucket in (5, 6) else None, self.id_at(at + 9000), at + 9000, 1, "Sam Lee",
                   self.sentences[(i * 31 + 2) % SENTENCES][:160], 3)

    def make_tickets(self):
        insert(self.db, "ticket",
               ("id", "number", "contact_id", "inbox_id", "subject", "status_id", "bucket", "snoozed_until", "assignee_id",
                "team_id", "waiting_since", "wait_key", "created_at", "updated_at", "solved_at", "last_message_id", "last_at",
                "last_kind", "last_author", "preview", "messages"), self.tickets())
        self.db.execute("DELETE FROM ticket_count")
        self.db.execute("INSERT INTO ticket_count (bucket, team_id, assignee_id, inbox_id, n) "
                        "SELECT bucket, team_id, assignee_id, inbox_id, count(*) FROM ticket GROUP BY 1, 2, 3, 4")

    def text(self, i, k):
        s = self.sentences
        return s[(i * 31 + k) % SENTENCES] + ". " + s[(i * 17 + k * 7919 + i // SENTENCES) % SENTENCES]

    def messages(self):
        for i in range(self.n):
            at = EPOCH_MS + 3600_000 + i * self.step
            inbox = self.inboxes[i % self.contacts % len(self.inboxes)]
            ticket = self.id_at(at)
            for k, kind in enumerate((1, 2, 1)):
                t = at + (0, 3000, 9000)[k]
                yield (self.id_at(t), ticket, inbox, kind, f"seed-{i}-{k}", kind, "Sam Lee" if kind == 1 else "Agent",
                       self.text(i, k), self.states[kind], t)

    def make_messages(self):
        insert(self.db, "message", ("id", "ticket_id", "inbox_id", "kind", "external_id", "author_kind", "author_name", "text",
                                    "state", "created_at"), self.messages())

    def make_search(self):
        def rows():
            for i in range(self.n):
                at = EPOCH_MS + 3600_000 + i * self.step
                for k in range(3):
                    yield (self.id_at(at + (0, 3000, 9000)[k]), self.text(i, k), self.sentences[i % SENTENCES][:60] if k == 0 else "")
        insert(self.db, "message_fts", ("rowid", "text", "subject"), rows())

    def make_number(self):
        self.db.execute("UPDATE store_mark SET value = ? WHERE name = 'number'", (self.first_number + self.n + 1000,))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, n = os.path.join(sys.argv[1], "antiphon.db"), int(sys.argv[2])
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY", "foreign_keys=OFF"):
        db.execute(f"PRAGMA {pragma}").fetchall()
    db.execute("BEGIN")
    seed = Seed(db, n)
    again = without_indexes(db, ["contact", "identity", "ticket", "message"])
    for make in (seed.people, seed.make_contacts, seed.make_tickets, seed.make_messages, seed.make_search, seed.make_number):
        t = time.time()
        make()
        print(f"  {make.__name__}: {time.time() - t:.1f} s", file=sys.stderr)
    t = time.time()
    for sql in again:
        db.execute(sql)
    db.execute("COMMIT")
    db.execute("PRAGMA journal_mode=WAL").fetchall()
    db.close()
    print(f"  indexes and commit: {time.time() - t:.1f} s, {os.path.getsize(path) >> 20} MB", file=sys.stderr)


if __name__ == "__main__":
    main()
