-- What triage read of each message, what people said of that, and the models that read.
ALTER TABLE ticket ADD COLUMN urgency {{i64}} NOT NULL DEFAULT 0; -- 1-4: P1-P4; 0: not read
ALTER TABLE ticket ADD COLUMN language TEXT;                      -- "pt", of the first message
ALTER TABLE ticket ADD COLUMN mood {{i64}} NOT NULL DEFAULT 0;    -- 1 negative 2 neutral 3 positive; 0: not read
CREATE INDEX ticket_category_new ON ticket (category, bucket, id) WHERE category IS NOT NULL;
CREATE INDEX ticket_category_wait ON ticket (category, bucket, wait_key, id) WHERE category IS NOT NULL;

-- The share of what is routed by itself that must be right.
ALTER TABLE inbox ADD COLUMN promise DOUBLE PRECISION NOT NULL DEFAULT 0.98;

-- One a customer's message.
CREATE TABLE reading (
    message_id {{id}},
    ticket_id  {{i64}} NOT NULL,
    inbox_id   {{i64}} NOT NULL,
    model      TEXT NOT NULL,                 -- its version, 16 hex digits; '': none
    category   TEXT,
    p          DOUBLE PRECISION NOT NULL,
    oos        DOUBLE PRECISION NOT NULL,
    is_sure    {{bool}} NOT NULL,
    decision   {{i64}} NOT NULL,              -- triage/decide.h: routed suggested blind person none
    language   TEXT NOT NULL,
    mood       {{i64}} NOT NULL,              -- 1 negative 2 neutral 3 positive
    urgency    {{i64}} NOT NULL,
    detail     TEXT NOT NULL,                 -- JSON: top, because, reasons, how sure of language and mood
    is_counted {{bool}} NOT NULL DEFAULT 0,   -- added to triage_week and triage_sum
    is_judged  {{bool}} NOT NULL DEFAULT 0,   -- a person said what it is about
    created_at {{i64}} NOT NULL
);
CREATE INDEX reading_ticket ON reading (ticket_id, message_id);
CREATE INDEX reading_uncounted ON reading (message_id) WHERE is_counted = 0;

-- What is known of the matter, with who says so: 1 the text, 2 the channel, 3 a person.
CREATE TABLE ticket_fact (
    ticket_id  {{i64}} NOT NULL,
    kind       {{i64}} NOT NULL,              -- triage/facts.h
    source     {{i64}} NOT NULL,
    value      TEXT,                          -- NULL: a person took it away
    message_id {{i64}},
    at_byte    {{i64}} NOT NULL DEFAULT 0,
    n_bytes    {{i64}} NOT NULL DEFAULT 0,
    PRIMARY KEY (ticket_id, kind, source)
);

-- The words of a message that personal data was masked in: message.text holds the masks.
CREATE TABLE message_original (
    message_id {{id}},
    text       TEXT NOT NULL,
    sealed     TEXT NOT NULL                  -- JSON: [{"at","n","kind"}] in message.text
);

-- What a person said of a reading.
CREATE TABLE verdict (
    id         {{id}},
    message_id {{i64}} NOT NULL,
    ticket_id  {{i64}} NOT NULL,
    inbox_id   {{i64}} NOT NULL,
    agent_id   {{i64}} NOT NULL,
    kind       {{i64}} NOT NULL,              -- 1 correction 2 blind sample 3 agreed 4 a doubtful label 5 history
    was        TEXT,
    said       TEXT,                          -- NULL: about nothing of ours
    is_right   {{bool}} NOT NULL,
    model      TEXT NOT NULL,
    language   TEXT NOT NULL,
    created_at {{i64}} NOT NULL
);
CREATE INDEX verdict_message ON verdict (message_id, id);

-- Roll-ups. week: its Monday, 00:00 UTC [ms].
CREATE TABLE triage_week (
    inbox_id {{i64}} NOT NULL,
    week     {{i64}} NOT NULL,
    n_read   {{i64}} NOT NULL DEFAULT 0,
    n_sure   {{i64}} NOT NULL DEFAULT 0,
    n_routed {{i64}} NOT NULL DEFAULT 0,
    n        {{i64}} NOT NULL DEFAULT 0,      -- of the blind sample, answered
    n_right  {{i64}} NOT NULL DEFAULT 0,
    PRIMARY KEY (inbox_id, week)
);
-- kind: 1 language, 2 queue, 3 category, 4 confusion (key: what it said, other: what a person did).
CREATE TABLE triage_sum (
    kind     {{i64}} NOT NULL,
    key      TEXT NOT NULL,
    other    TEXT NOT NULL DEFAULT '',
    n_read   {{i64}} NOT NULL DEFAULT 0,
    n_sure   {{i64}} NOT NULL DEFAULT 0,
    n_routed {{i64}} NOT NULL DEFAULT 0,
    n        {{i64}} NOT NULL DEFAULT 0,
    n_right  {{i64}} NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, key, other)
);

CREATE TABLE model (
    version    TEXT NOT NULL PRIMARY KEY,     -- 16 hex digits
    hash       TEXT,                          -- a blob; NULL: built into the program
    state      {{i64}} NOT NULL,              -- 1 live 2 kept 3 refused
    why        TEXT,                          -- of a refused one
    verdict_id {{i64}} NOT NULL DEFAULT 0,    -- the last one it was trained with
    metrics    TEXT NOT NULL,                 -- JSON
    created_at {{i64}} NOT NULL
);
CREATE INDEX model_age ON model (created_at);
CREATE UNIQUE INDEX model_in_force ON model (state) WHERE state = 1;
CREATE TABLE taxonomy (
    rev        {{id}},
    hash       TEXT NOT NULL,                 -- a blob: the file, whole
    agent_id   {{i64}} NOT NULL,
    created_at {{i64}} NOT NULL
);
-- Where a queue's tickets go.
CREATE TABLE queue_team (
    queue   TEXT NOT NULL PRIMARY KEY,
    team_id {{i64}} NOT NULL
);
-- Examples whose own label looks wrong to a model that has not seen them.
CREATE TABLE doubtful (
    id       {{id}},
    text     TEXT NOT NULL,
    category TEXT,
    p        DOUBLE PRECISION NOT NULL,
    other    TEXT,
    other_p  DOUBLE PRECISION NOT NULL,
    said     TEXT,                            -- what a person decided; '': keep
    model    TEXT NOT NULL
);
CREATE INDEX doubtful_open ON doubtful (p, id) WHERE said IS NULL;

-- P1: somebody must come, now.
CREATE TABLE on_call (
    position {{id}},
    agent_id {{i64}} NOT NULL
);
CREATE TABLE page (
    id         {{id}},
    ticket_id  {{i64}} NOT NULL,
    message_id {{i64}} NOT NULL,
    inbox_id   {{i64}} NOT NULL,
    kind       {{i64}} NOT NULL,              -- triage/urgency.h: why
    tries      {{i64}} NOT NULL DEFAULT 0,    -- persons told so far
    created_at {{i64}} NOT NULL,
    acked_by   {{i64}},
    acked_at   {{i64}}
);
CREATE INDEX page_open ON page (id) WHERE acked_at IS NULL;
CREATE INDEX page_ticket ON page (ticket_id, id);

-- Counted when written, as ticket_count is.
CREATE TABLE category_count (
    bucket   {{i64}} NOT NULL,
    category TEXT NOT NULL,
    inbox_id {{i64}} NOT NULL,
    n        {{i64}} NOT NULL,
    PRIMARY KEY (bucket, category, inbox_id)
);
-- only pg
CREATE TABLE category_count_delta (
    id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    bucket   BIGINT NOT NULL,
    category TEXT NOT NULL,
    inbox_id BIGINT NOT NULL,
    n        BIGINT NOT NULL
);
-- end
