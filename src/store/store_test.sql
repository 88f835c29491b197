-- name: test_put :exec
-- params: name text, value text
INSERT INTO setting (name, value) VALUES (:name, :value)

-- name: test_get :one
-- params: name text
-- returns: value text
SELECT value FROM setting WHERE name = :name

-- name: test_count :one
-- params: like text
-- returns: n i64
-- scan ok: a test
SELECT COUNT(*) AS n FROM setting WHERE name LIKE :like

-- name: test_among :many
-- params: names text[], not_names text[]
-- returns: name text
SELECT name FROM setting WHERE name IN (:names) AND name NOT IN (:not_names) ORDER BY name

-- name: test_bits :one
-- params: id i64, ip text?, hash blob, ids i64[], real real?
-- returns: id i64, one i64?, ip text?, hash blob, is_in bool, real real?
SELECT :id AS id, NULLIF(:id, 1) AS one, :ip AS ip, :hash AS hash, :id IN (:ids) AS is_in, :real AS real

-- name: test_filter :many
-- params: from text, to text
-- returns: name text
-- scan ok: a test
SELECT name FROM setting
 WHERE 1 = 1
--[ from
   AND name >= :from
--]
--[ to
   AND name < :to
--]
 ORDER BY name LIMIT 10

-- name: test_change_step :exec
-- params: name text
UPDATE store_migration SET sum = 'x' WHERE name = :name

-- name: test_add_step :exec
-- params: name text
INSERT INTO store_migration (name, sum, applied_at) VALUES (:name, '', 0)

-- name: test_add_future :exec
-- engine: pg
INSERT INTO event (xid, id, kind, at, actor_id, inbox_id, ticket_id, message_id, contact_id, data)
VALUES ('4000000000000'::xid8, 1, 'test', 0, 0, 0, 0, 0, 0, 'future')

-- name: test_mark_future :exec
-- engine: pg
UPDATE store_mark SET value = 4000000000001 WHERE name = 'event_pos'

-- name: test_set :exec
-- params: name text, value text
UPDATE setting SET value = :value WHERE name = :name
