-- name: inbox_insert :exec
-- params: id i64, name text, channel text, settings text, secret text, team_id i64?, is_demo bool, now i64
INSERT INTO inbox (id, name, channel, settings, secret, team_id, is_demo, created_at)
VALUES (:id, :name, :channel, :settings, :secret, :team_id, :is_demo, :now)

-- name: inbox_get :one
-- params: id i64
-- returns: id i64, name text, channel text, settings text, secret text, team_id i64?, is_active bool, is_demo bool, created_at i64, health text?, promise real, rev i64
SELECT id, name, channel, settings, secret, team_id, is_active, is_demo, created_at, health, promise, rev
  FROM inbox WHERE id = :id

-- name: inbox_by_name :one
-- params: name text
-- returns: id i64
SELECT id FROM inbox WHERE name = :name

-- name: inbox_list :many
-- scan ok: tens of inboxes, the whole answer
-- returns: id i64, name text, channel text, settings text, secret text, team_id i64?, is_active bool, is_demo bool, created_at i64, health text?, promise real, rev i64
SELECT id, name, channel, settings, secret, team_id, is_active, is_demo, created_at, health, promise, rev
  FROM inbox ORDER BY id

-- name: inbox_update :exec
-- params: id i64, name text, settings text, team_id i64?, is_active bool, promise real
UPDATE inbox SET name = :name, settings = :settings, team_id = :team_id, is_active = :is_active, promise = :promise, rev = rev + 1
 WHERE id = :id

-- name: inbox_health :exec
-- Only a change is written.
-- params: id i64, health text?, now i64
UPDATE inbox SET health = :health, health_at = :now WHERE id = :id AND COALESCE(health, '') <> COALESCE(:health, '')

-- name: inbox_note_get :one
-- params: inbox_id i64, name text
-- returns: value text
SELECT value FROM inbox_note WHERE inbox_id = :inbox_id AND name = :name

-- name: inbox_note_set :exec
-- params: inbox_id i64, name text, value text
INSERT INTO inbox_note (inbox_id, name, value) VALUES (:inbox_id, :name, :value)
ON CONFLICT (inbox_id, name) DO UPDATE SET value = excluded.value

-- name: lease_take :one
-- Ours if it is free, ran out, or is ours already; the fence rises when it changes hands.
-- params: name text, node i64, now i64, until i64
-- returns: node i64, fence i64
INSERT INTO lease (name, node, fence, expires_at) VALUES (:name, :node, 1, :until)
ON CONFLICT (name) DO UPDATE SET
       fence = CASE WHEN lease.node = excluded.node AND lease.expires_at > :now THEN lease.fence ELSE lease.fence + 1 END,
       node = excluded.node, expires_at = excluded.expires_at
 WHERE lease.node = excluded.node OR lease.expires_at <= :now
RETURNING node, fence

-- name: lease_drop :exec
-- params: name text, node i64
UPDATE lease SET expires_at = 0 WHERE name = :name AND node = :node

-- name: spool_insert :one
-- No row: it was there before.
-- params: id i64, inbox_id i64, external_id text, hash text, bytes i64, state i64, error text?, now i64
-- returns: id i64
INSERT INTO spool (id, inbox_id, external_id, hash, bytes, state, error, created_at)
VALUES (:id, :inbox_id, :external_id, :hash, :bytes, :state, :error, :now)
ON CONFLICT (inbox_id, external_id) DO NOTHING RETURNING id

-- name: spool_get :one
-- params: id i64
-- returns: id i64, inbox_id i64, external_id text, hash text, bytes i64, state i64, tries i64, error text?, created_at i64
SELECT id, inbox_id, external_id, hash, bytes, state, tries, error, created_at FROM spool WHERE id = :id

-- name: spool_state :exec
-- params: id i64, state i64, error text?, message_id i64?
UPDATE spool SET state = :state, error = :error, message_id = :message_id, tries = tries + 1 WHERE id = :id

-- name: spool_page :many
-- params: state i64, before i64, limit i64, inbox_ids i64[]
-- returns: id i64, inbox_id i64, inbox_name text, external_id text, bytes i64, error text?, created_at i64
SELECT s.id, s.inbox_id, i.name AS inbox_name, s.external_id, s.bytes, s.error, s.created_at
  FROM spool s JOIN inbox i ON i.id = s.inbox_id
 WHERE s.state = :state AND s.id < :before
--[ in_inboxes
   AND s.inbox_id IN (:inbox_ids)
--]
 ORDER BY s.id DESC LIMIT :limit

-- name: blob_is_used :one
-- Is any row still pointing at this blob?
-- scan ok: spool and message are asked by the sweeper alone, for orphans older than a day
-- params: hash text
-- returns: n i64
SELECT (SELECT COUNT(*) FROM attachment WHERE hash = :hash) + (SELECT COUNT(*) FROM upload WHERE hash = :hash)
     + (SELECT COUNT(*) FROM spool WHERE hash = :hash) + (SELECT COUNT(*) FROM model WHERE hash = :hash)
     + (SELECT COUNT(*) FROM taxonomy WHERE hash = :hash) AS n
