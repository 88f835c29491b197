-- Who writes to us, about what, and every word said.
CREATE TABLE inbox (
    id         {{id}},
    name       TEXT NOT NULL,
    channel    TEXT NOT NULL,
    settings   TEXT NOT NULL DEFAULT '{}',    -- JSON, the channel's shape; passwords inside
    secret     TEXT NOT NULL,                 -- 64 hex: signs reply tokens and identities
    team_id    {{i64}},                       -- new tickets go to this team
    is_active  {{bool}} NOT NULL DEFAULT 1,
    is_demo    {{bool}} NOT NULL DEFAULT 0,   -- sends nothing out
    created_at {{i64}} NOT NULL,
    health_at  {{i64}},
    health     TEXT,                          -- NULL: well; else what is wrong
    rev        {{i64}} NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX inbox_name ON inbox (name);

CREATE TABLE inbox_note (
    inbox_id {{i64}} NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (inbox_id, name)
);

-- Who may pull from this inbox now: one node, with a number that only rises.
CREATE TABLE lease (
    name       TEXT NOT NULL PRIMARY KEY,     -- "inbox:17", "folder"
    node       {{i64}} NOT NULL,
    fence      {{i64}} NOT NULL,
    expires_at {{i64}} NOT NULL
);

CREATE TABLE contact (
    id         {{id}},
    name       TEXT NOT NULL DEFAULT '',
    email      TEXT,                          -- lower case
    phone      TEXT,
    locale     TEXT,
    attributes TEXT,                          -- JSON object of strings
    created_at {{i64}} NOT NULL,
    updated_at {{i64}} NOT NULL,
    rev        {{i64}} NOT NULL DEFAULT 1
);
CREATE INDEX contact_email ON contact (email);

CREATE TABLE identity (
    inbox_id    {{i64}} NOT NULL,
    external_id TEXT NOT NULL,
    contact_id  {{i64}} NOT NULL,
    state       {{i64}} NOT NULL,             -- 0 unknown, 1 claimed, 2 verified
    created_at  {{i64}} NOT NULL,
    PRIMARY KEY (inbox_id, external_id)
);
CREATE INDEX identity_contact ON identity (contact_id);

-- Rows that an admin may rename; code reasons on the category.
CREATE TABLE status (
    id       {{id}},
    key      TEXT NOT NULL,
    name     TEXT NOT NULL,
    category {{i64}} NOT NULL,                -- 1 new 2 open 3 pending 4 hold 5 solved 6 closed
    position {{i64}} NOT NULL
);
CREATE UNIQUE INDEX status_key ON status (key);
INSERT INTO status (id, key, name, category, position) VALUES
    (1, 'new', 'New', 1, 1), (2, 'open', 'Open', 2, 2), (3, 'pending', 'Pending', 3, 3),
    (4, 'hold', 'On hold', 4, 4), (5, 'solved', 'Solved', 5, 5), (6, 'closed', 'Closed', 6, 6);

CREATE TABLE ticket (
    id              {{id}},
    number          {{i64}} NOT NULL,
    contact_id      {{i64}} NOT NULL,
    inbox_id        {{i64}} NOT NULL,
    thread_id       TEXT,                     -- the channel's name for the thread
    subject         TEXT NOT NULL DEFAULT '',
    status_id       {{i64}} NOT NULL,
    -- Where lists and counts put it: the status' category 1-6, or 7 snoozed, 8 spam, 9 deleted.
    bucket          {{i64}} NOT NULL,
    snoozed_until   {{i64}},
    priority        {{i64}} NOT NULL DEFAULT 2, -- 1 low 2 normal 3 high 4 urgent
    category        TEXT,
    assignee_id     {{i64}} NOT NULL DEFAULT 0, -- 0: nobody (in indexes and counts, so no NULL)
    team_id         {{i64}} NOT NULL DEFAULT 0,
    waiting_since   {{i64}},                  -- first customer message nobody answered
    wait_key        {{i64}} NOT NULL,         -- waiting_since, or past all times when not waiting
    is_automatic    {{bool}} NOT NULL DEFAULT 0,
    created_at      {{i64}} NOT NULL,
    updated_at      {{i64}} NOT NULL,
    solved_at       {{i64}},
    first_reply_at  {{i64}},
    last_message_id {{i64}} NOT NULL DEFAULT 0,
    last_at         {{i64}} NOT NULL,
    last_kind       {{i64}} NOT NULL DEFAULT 1, -- of the last message that is not an activity
    last_author     TEXT NOT NULL DEFAULT '',
    preview         TEXT NOT NULL DEFAULT '', -- its first 160 characters
    messages        {{i64}} NOT NULL DEFAULT 0,
    linked_id       {{i64}},                  -- the closed ticket that this one follows
    is_imported     {{bool}} NOT NULL DEFAULT 0,
    rev             {{i64}} NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX ticket_number ON ticket (number);
CREATE INDEX ticket_contact ON ticket (contact_id, id);
CREATE INDEX ticket_thread ON ticket (inbox_id, thread_id) WHERE thread_id IS NOT NULL;
-- Lists: newest first, and waiting longest first; for all, an assignee, a team, an inbox.
CREATE INDEX ticket_new ON ticket (bucket, id);
CREATE INDEX ticket_wait ON ticket (bucket, wait_key, id);
CREATE INDEX ticket_assignee_new ON ticket (assignee_id, bucket, id);
CREATE INDEX ticket_assignee_wait ON ticket (assignee_id, bucket, wait_key, id);
CREATE INDEX ticket_team_new ON ticket (team_id, bucket, id);
CREATE INDEX ticket_team_wait ON ticket (team_id, bucket, wait_key, id);
CREATE INDEX ticket_inbox_new ON ticket (inbox_id, bucket, id);
CREATE INDEX ticket_inbox_wait ON ticket (inbox_id, bucket, wait_key, id);

CREATE TABLE tag (
    id   {{id}},
    name TEXT NOT NULL
);
CREATE UNIQUE INDEX tag_name ON tag (name);
CREATE TABLE ticket_tag (
    tag_id    {{i64}} NOT NULL,
    ticket_id {{i64}} NOT NULL,
    PRIMARY KEY (tag_id, ticket_id)
);
CREATE INDEX ticket_tag_ticket ON ticket_tag (ticket_id);

CREATE TABLE message (
    id          {{id}},
    ticket_id   {{i64}} NOT NULL,
    inbox_id    {{i64}} NOT NULL,
    kind        {{i64}} NOT NULL,             -- 1 incoming 2 reply 3 note 4 activity
    external_id TEXT,                         -- NULL: notes and activities
    author_kind {{i64}} NOT NULL,             -- 1 contact 2 agent 3 key 4 system
    author_id   {{i64}},
    author_name TEXT NOT NULL DEFAULT '',
    text        TEXT NOT NULL,
    state       {{i64}} NOT NULL,             -- desk/message.h: received, queued, sending, …
    state_text  TEXT,                         -- why it failed, in words for the agent
    reply_to_id {{i64}},
    created_at  {{i64}} NOT NULL,
    sent_at     {{i64}},
    context     TEXT,                         -- JSON from the channel: device, os, …
    meta        TEXT,                         -- JSON for the thread view: to, cc, activity, …
    has_html    {{bool}} NOT NULL DEFAULT 0,
    attachments {{i64}} NOT NULL DEFAULT 0,
    raw_hash    TEXT
);
CREATE UNIQUE INDEX message_key ON message (inbox_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX message_ticket ON message (ticket_id, id);

CREATE TABLE message_html (
    message_id {{id}},
    html       TEXT NOT NULL
);

CREATE TABLE attachment (
    message_id {{i64}} NOT NULL,
    n          {{i64}} NOT NULL,
    token      TEXT NOT NULL,                 -- 128 bits, in its URL
    hash       TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    bytes      {{i64}} NOT NULL,
    content_id TEXT,
    is_inline  {{bool}} NOT NULL DEFAULT 0,
    PRIMARY KEY (message_id, n)
);
CREATE UNIQUE INDEX attachment_token ON attachment (token);
CREATE INDEX attachment_hash ON attachment (hash);

-- Uploaded, not yet part of a message; swept after a day.
CREATE TABLE upload (
    token      TEXT NOT NULL PRIMARY KEY,
    hash       TEXT NOT NULL,
    name       TEXT NOT NULL,
    type       TEXT NOT NULL,
    bytes      {{i64}} NOT NULL,
    owner      TEXT NOT NULL,                 -- "agent:3", "chat:…": only its owner may use it
    created_at {{i64}} NOT NULL
);
CREATE INDEX upload_age ON upload (created_at);
CREATE INDEX upload_owner ON upload (owner);

CREATE TABLE draft (
    ticket_id  {{i64}} NOT NULL,
    agent_id   {{i64}} NOT NULL,
    kind       {{i64}} NOT NULL,
    text       TEXT NOT NULL,
    updated_at {{i64}} NOT NULL,
    PRIMARY KEY (ticket_id, agent_id, kind)
);

CREATE TABLE seen (
    agent_id   {{i64}} NOT NULL,
    ticket_id  {{i64}} NOT NULL,
    message_id {{i64}} NOT NULL,
    PRIMARY KEY (agent_id, ticket_id)
);

-- People on a mail thread beside the contact. They see no history.
CREATE TABLE participant (
    ticket_id {{i64}} NOT NULL,
    address   TEXT NOT NULL,
    added_at  {{i64}} NOT NULL,
    PRIMARY KEY (ticket_id, address)
);

-- Counted when written; 0 stands for nobody.
CREATE TABLE ticket_count (
    bucket      {{i64}} NOT NULL,
    team_id     {{i64}} NOT NULL,
    assignee_id {{i64}} NOT NULL,
    inbox_id    {{i64}} NOT NULL,
    n           {{i64}} NOT NULL,
    PRIMARY KEY (bucket, team_id, assignee_id, inbox_id)
);
-- only pg
CREATE TABLE ticket_count_delta (
    id          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bucket      BIGINT NOT NULL,
    team_id     BIGINT NOT NULL,
    assignee_id BIGINT NOT NULL,
    inbox_id    BIGINT NOT NULL,
    n           BIGINT NOT NULL
);
-- end

-- Opaque input, stored before it is parsed.
CREATE TABLE spool (
    id          {{id}},
    inbox_id    {{i64}} NOT NULL,
    external_id TEXT NOT NULL,
    hash        TEXT NOT NULL,                -- the raw bytes, a blob
    bytes       {{i64}} NOT NULL,
    state       {{i64}} NOT NULL,             -- 1 waiting 2 done 3 quarantine 4 dismissed
    tries       {{i64}} NOT NULL DEFAULT 0,
    error       TEXT,
    message_id  {{i64}},
    created_at  {{i64}} NOT NULL
);
CREATE UNIQUE INDEX spool_key ON spool (inbox_id, external_id);
CREATE INDEX spool_state ON spool (state, id);

CREATE TABLE job (
    id         {{id}},
    kind       TEXT NOT NULL,                 -- "send", "snooze", "parse", "tidy"
    key        TEXT NOT NULL,                 -- one job a key
    run_at     {{i64}} NOT NULL,
    tries      {{i64}} NOT NULL DEFAULT 0,
    node       {{i64}},                       -- who runs it now
    lease_until {{i64}},
    subject_id {{i64}} NOT NULL,              -- the message, ticket, … it is about
    payload    TEXT,
    error      TEXT
);
CREATE UNIQUE INDEX job_key ON job (kind, key);
CREATE INDEX job_due ON job (run_at, id);
