-- name: migration_list :many
-- returns: name text, sum text
-- scan ok: a handful of rows, in the order of the primary key
SELECT name, sum FROM store_migration ORDER BY name

-- name: migration_add :exec
-- params: name text, sum text, applied_at i64
INSERT INTO store_migration (name, sum, applied_at) VALUES (:name, :sum, :applied_at)

-- name: node_mark_get :one
-- Where the ids of this node number may start.
-- params: n i64
-- returns: id_mark i64
SELECT id_mark FROM node WHERE n = :n

-- name: node_mark_set :exec
-- Ids up to this mark may have been given. Touches no row if the node number was lost.
-- params: n i64, holder text, mark i64
UPDATE node SET id_mark = MAX(id_mark, :mark) WHERE n = :n AND holder = :holder
-- name: node_mark_set (pg)
UPDATE node SET id_mark = GREATEST(id_mark, :mark) WHERE n = :n AND holder = :holder

-- name: mark_get :one
-- params: name text
-- returns: value i64
SELECT value FROM store_mark WHERE name = :name

-- name: mark_set :exec
-- params: name text, value i64
UPDATE store_mark SET value = :value WHERE name = :name

-- name: number_reserve :one
-- The last number of a fresh block of n.
-- params: n i64
-- returns: value i64
UPDATE store_mark SET value = value + :n WHERE name = 'number' RETURNING value

-- name: number_return :exec
-- Numbers that were reserved and not used, at a clean end.
-- params: was i64, value i64
UPDATE store_mark SET value = :value WHERE name = 'number' AND value = :was

-- name: event_add :exec
-- pos counts for SQLite, id for PostgreSQL, where the transaction's own id stands before it.
-- params: pos i64, kind text, at i64, actor_id i64, inbox_id i64, ticket_id i64, message_id i64, contact_id i64, data text?
INSERT INTO event (pos, kind, at, actor_id, inbox_id, ticket_id, message_id, contact_id, data)
VALUES (:pos, :kind, :at, :actor_id, :inbox_id, :ticket_id, :message_id, :contact_id, :data)
-- name: event_add (pg)
INSERT INTO event (id, kind, at, actor_id, inbox_id, ticket_id, message_id, contact_id, data)
VALUES (:pos, :kind, :at, :actor_id, :inbox_id, :ticket_id, :message_id, :contact_id, :data)

-- name: event_after :many
-- pos is the xid on PostgreSQL; rows of transactions that may still be joined by an earlier
-- one wait until none of those runs.
-- params: pos i64, id i64, n i64
-- returns: pos i64, id i64, kind text, at i64, actor_id i64, inbox_id i64, ticket_id i64, message_id i64, contact_id i64, data text?
SELECT pos, 0 * :id AS id, kind, at, actor_id, inbox_id, ticket_id, message_id, contact_id, data
  FROM event WHERE pos > :pos ORDER BY pos LIMIT :n
-- name: event_after (pg)
SELECT xid::text::bigint AS pos, id, kind, at, actor_id, inbox_id, ticket_id, message_id,
       contact_id, data
  FROM event
 WHERE (xid, id) > (:pos::text::xid8, :id) AND xid < pg_snapshot_xmin(pg_current_snapshot())
 ORDER BY xid, id LIMIT :n

-- name: event_last :one
-- The newest cursor. Never a missing row: the newest pruned one if the log is empty.
-- returns: pos i64, id i64
-- scan ok: the newest row, at the end of the primary key
SELECT MAX((SELECT value FROM store_mark WHERE name = 'event_pos'),
           COALESCE((SELECT MAX(pos) FROM event), 0)) AS pos, 0 AS id
-- name: event_last (pg)
SELECT pos, id FROM (
    (SELECT xid::text::bigint AS pos, id FROM event
      WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid DESC, id DESC LIMIT 1)
    UNION ALL
    (SELECT p.value AS pos, i.value AS id FROM store_mark p, store_mark i
      WHERE p.name = 'event_pos' AND i.name = 'event_id')) newest
 ORDER BY pos DESC, id DESC LIMIT 1

-- name: event_newest_possible :one
-- No cursor of ours is above this.
-- returns: pos i64
-- engine: pg
SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS pos

-- name: event_old :one
-- Among the oldest n events, the newest that is older than an instant.
-- params: before i64, n i64
-- returns: pos i64, id i64
-- scan ok: the first n rows of the primary key
SELECT pos, 0 AS id FROM (SELECT pos, at FROM event ORDER BY pos LIMIT :n) oldest
 WHERE at < :before ORDER BY pos DESC LIMIT 1
-- name: event_old (pg)
SELECT xid::text::bigint AS pos, id
  FROM (SELECT xid, id, at FROM event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY xid, id LIMIT :n) oldest
 WHERE at < :before ORDER BY xid DESC, id DESC LIMIT 1

-- name: event_prune :exec
-- params: pos i64, id i64
DELETE FROM event WHERE pos <= :pos + 0 * :id
-- name: event_prune (pg)
DELETE FROM event WHERE (xid, id) <= (:pos::text::xid8, :id)
