-- What the store itself keeps: nodes and their ids, marks, the event log.

-- Made before the first step, to be read; here for the record.
CREATE TABLE IF NOT EXISTS store_migration (
    name       TEXT NOT NULL PRIMARY KEY,     -- "0001_store"
    sum        TEXT NOT NULL,                 -- SHA-256 of its words
    applied_at BIGINT NOT NULL
);

-- A node number is leased; ids of that number are never given below its mark.
CREATE TABLE node (
    n           {{id}},
    holder      TEXT NOT NULL DEFAULT '',
    lease_until {{i64}} NOT NULL DEFAULT 0,
    id_mark     {{i64}} NOT NULL DEFAULT 0    -- ms since 2026-01-01, one second ahead
);
INSERT INTO node (n) VALUES (0), (1), (2), (3), (4), (5), (6), (7),
    (8), (9), (10), (11), (12), (13), (14), (15);

-- number: the last short number reserved. event_*: the newest event that was pruned.
CREATE TABLE store_mark (
    name  TEXT NOT NULL PRIMARY KEY,
    value {{i64}} NOT NULL
);
INSERT INTO store_mark (name, value) VALUES ('number', 0), ('event_pos', 0), ('event_id', 0);

-- What changed, for live screens and other nodes. SQLite: pos is given by the one writer.
-- PostgreSQL: ids do not rise in the order of commits, so readers go by the transaction,
-- and only below those that still run.
-- only sqlite
CREATE TABLE event (
    pos        {{id}},
-- only pg
CREATE TABLE event (
    xid        XID8 NOT NULL DEFAULT pg_current_xact_id(),
    id         BIGINT NOT NULL,
-- end
    kind       TEXT NOT NULL,
    at         {{i64}} NOT NULL,
    actor_id   {{i64}} NOT NULL,
    inbox_id   {{i64}} NOT NULL,
    ticket_id  {{i64}} NOT NULL,
    message_id {{i64}} NOT NULL,
    contact_id {{i64}} NOT NULL,
-- only sqlite
    data       TEXT
);
-- only pg
    data       TEXT,
    PRIMARY KEY (xid, id)
);

-- Blobs in chunks of 256 KB; on SQLite they are files.
CREATE TABLE blob (
    hash       TEXT NOT NULL PRIMARY KEY,     -- SHA-256 in hex
    bytes      BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE blob_chunk (
    hash TEXT NOT NULL,
    n    BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (hash, n)
);
-- end
