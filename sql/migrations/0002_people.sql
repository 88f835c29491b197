-- Who works here: agents, their sessions, teams, keys; and what they did.
CREATE TABLE agent (
    id            {{id}},
    email         TEXT NOT NULL,              -- lower case
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,              -- agent, coach, lead, admin
    password_hash TEXT,                       -- Argon2id in its own notation; NULL: invited
    locale        TEXT NOT NULL DEFAULT 'en',
    settings      TEXT NOT NULL DEFAULT '{}', -- the console's own, JSON
    sees_all      {{bool}} NOT NULL DEFAULT 1, -- else only the inboxes in agent_inbox
    is_active     {{bool}} NOT NULL DEFAULT 1,
    is_demo       {{bool}} NOT NULL DEFAULT 0,
    created_at    {{i64}} NOT NULL,
    rev           {{i64}} NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX agent_email ON agent (email);

CREATE TABLE agent_inbox (
    agent_id {{i64}} NOT NULL,
    inbox_id {{i64}} NOT NULL,
    PRIMARY KEY (agent_id, inbox_id)
);

CREATE TABLE session (
    hash       {{blob}} NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie's token
    agent_id   {{i64}} NOT NULL,
    csrf       TEXT NOT NULL,
    ip         TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at {{i64}} NOT NULL,
    expires_at {{i64}} NOT NULL
);
CREATE INDEX session_agent ON session (agent_id);
CREATE INDEX session_expires ON session (expires_at);

-- Links that work once: setup, invitation, password reset.
CREATE TABLE once_link (
    hash       {{blob}} NOT NULL PRIMARY KEY,
    kind       TEXT NOT NULL,                 -- setup, invite, reset
    agent_id   {{i64}},
    expires_at {{i64}} NOT NULL,
    used_at    {{i64}}
);

CREATE TABLE api_key (
    id           {{id}},
    name         TEXT NOT NULL,
    hash         {{blob}} NOT NULL,
    hint         TEXT NOT NULL,               -- its first characters, to tell keys apart
    role         TEXT NOT NULL,
    inbox_id     {{i64}},                     -- NULL: every inbox
    created_by   {{i64}},
    created_at   {{i64}} NOT NULL,
    last_used_at {{i64}},
    revoked_at   {{i64}}
);
CREATE UNIQUE INDEX api_key_hash ON api_key (hash);

CREATE TABLE team (
    id         {{id}},
    name       TEXT NOT NULL,
    created_at {{i64}} NOT NULL,
    rev        {{i64}} NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX team_name ON team (name);
CREATE TABLE team_member (
    team_id  {{i64}} NOT NULL,
    agent_id {{i64}} NOT NULL,
    PRIMARY KEY (team_id, agent_id)
);

-- Append-only: no query changes or deletes a row (triggers below refuse it).
CREATE TABLE audit (
    id         {{id}},
    at         {{i64}} NOT NULL,
    actor_kind TEXT NOT NULL,                 -- agent, key, system, cli
    actor_id   {{i64}},
    action     TEXT NOT NULL,                 -- "agent.created", "login.failed"
    object     TEXT NOT NULL,                 -- "ticket"
    object_id  {{i64}},
    detail     TEXT,                          -- JSON, no customer text
    ip         TEXT,
    request_id TEXT
);
-- only sqlite
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;
-- only pg
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$;
CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
-- end

CREATE TABLE idempotency (
    who         TEXT NOT NULL,                -- "key:17", "agent:3"
    key         TEXT NOT NULL,
    fingerprint {{blob}} NOT NULL,            -- SHA-256 of method, path and body
    status      {{i64}} NOT NULL,
    body        TEXT NOT NULL,
    location    TEXT,
    created_at  {{i64}} NOT NULL,
    PRIMARY KEY (who, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);

-- Small facts about the desk: "setup_done", "demo", "secret".
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
