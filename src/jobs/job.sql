-- name: job_add :exec
-- One job a (kind, key): a repeat changes nothing.
-- params: id i64, kind text, key text, run_at i64, subject_id i64, payload text?
INSERT INTO job (id, kind, key, run_at, subject_id, payload) VALUES (:id, :kind, :key, :run_at, :subject_id, :payload)
ON CONFLICT (kind, key) DO NOTHING

-- name: job_put :exec
-- The same, but a repeat moves it to the new time.
-- params: id i64, kind text, key text, run_at i64, subject_id i64, payload text?
INSERT INTO job (id, kind, key, run_at, subject_id, payload) VALUES (:id, :kind, :key, :run_at, :subject_id, :payload)
ON CONFLICT (kind, key) DO UPDATE SET run_at = excluded.run_at, payload = excluded.payload, tries = 0, error = NULL

-- name: job_cancel :exec
-- params: kind text, key text
DELETE FROM job WHERE kind = :kind AND key = :key

-- name: job_due :many
-- What may run now: due, and nobody's or left behind by a node that died.
-- params: now i64, limit i64
-- returns: id i64, kind text, key text, run_at i64, tries i64, subject_id i64, payload text?, node i64?
SELECT id, kind, key, run_at, tries, subject_id, payload, node FROM job
 WHERE run_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
 ORDER BY run_at, id LIMIT :limit
-- name: job_due (pg)
SELECT id, kind, key, run_at, tries, subject_id, payload, node FROM job
 WHERE run_at <= :now AND (lease_until IS NULL OR lease_until <= :now)
 ORDER BY run_at, id LIMIT :limit FOR UPDATE SKIP LOCKED

-- name: job_next :one
-- When is there something to do next?
-- scan ok: the first 64 by index
-- params: now i64
-- returns: at i64?
SELECT MIN(CASE WHEN lease_until IS NOT NULL AND lease_until > :now THEN lease_until ELSE run_at END) AS at
  FROM (SELECT run_at, lease_until FROM job ORDER BY run_at LIMIT 64) j

-- name: job_lease :exec
-- params: id i64, node i64, until i64
UPDATE job SET node = :node, lease_until = :until WHERE id = :id

-- name: job_unlease :exec
-- At start: what this node held when it died is free at once.
-- scan ok: once, before the desk opens
-- params: node i64
UPDATE job SET lease_until = NULL WHERE node = :node AND lease_until IS NOT NULL

-- name: job_done :exec
-- Touches no row if it was asked for anew since it was leased. run_at 0: whatever it says.
-- params: id i64, run_at i64
DELETE FROM job WHERE id = :id AND (run_at = :run_at OR :run_at = 0)

-- name: job_free :exec
-- Asked for anew while it ran: it may run again.
-- params: id i64
UPDATE job SET tries = 0, lease_until = NULL WHERE id = :id

-- name: job_again :exec
-- Without an error it went well and comes again by its own will: that is no try.
-- params: id i64, run_at i64, error text?
UPDATE job SET run_at = :run_at, tries = CASE WHEN :error IS NULL THEN 0 ELSE tries + 1 END, lease_until = NULL, error = :error
 WHERE id = :id

-- name: job_stuck :many
-- For doctor: tried often, or due for long.
-- scan ok: doctor only
-- params: before i64
-- returns: id i64, kind text, key text, run_at i64, tries i64, error text?
SELECT id, kind, key, run_at, tries, error FROM job WHERE run_at < :before OR tries >= 8 ORDER BY run_at LIMIT 100
