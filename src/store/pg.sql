-- name: server_unsafe :many
-- Settings under which a server may forget what it confirmed.
-- returns: name text
-- engine: pg
SELECT name FROM pg_settings
 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'
 ORDER BY name

-- name: index_broken :one
-- returns: name text
-- engine: pg
SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid LIMIT 1

-- name: node_try :one
-- Hold a node number as long as this connection lives: the server lets go of it when the
-- process dies, at once. 73058 is ours among the application's locks.
-- params: n i64
-- returns: is_ours bool
-- engine: pg
SELECT pg_try_advisory_lock(73058, :n::int) AS is_ours

-- name: node_claim :one
-- params: n i64, holder text, keep_ms i64
-- returns: id_mark i64
-- engine: pg
UPDATE node SET holder = :holder,
       lease_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + :keep_ms
 WHERE n = :n RETURNING id_mark

-- name: node_renew :exec
-- Touches no row if another has the number.
-- params: n i64, holder text, keep_ms i64, mark i64
-- engine: pg
UPDATE node SET lease_until = (extract(epoch FROM clock_timestamp()) * 1000)::bigint + :keep_ms,
       id_mark = GREATEST(id_mark, :mark)
 WHERE n = :n AND holder = :holder

-- name: node_release :exec
-- params: n i64, holder text
-- engine: pg
UPDATE node SET holder = '', lease_until = 0 WHERE n = :n AND holder = :holder

-- name: event_drop_future :exec
-- Events of a server that this database was copied from: they would come up again once this
-- server has counted so far. What is committed here is always below xmax.
-- engine: pg
DELETE FROM event WHERE xid >= pg_snapshot_xmax(pg_current_snapshot())

-- name: event_mark_past :exec
-- The newest pruned event cannot be of the future either.
-- engine: pg
UPDATE store_mark SET value = pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1
 WHERE name = 'event_pos' AND value >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
