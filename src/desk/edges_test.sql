-- name: edges_forget_identities :exec
-- scan ok: a handful of test rows
DELETE FROM identity

-- name: edges_job :one
-- scan ok: a handful of test rows
-- returns: id i64
SELECT id FROM job WHERE kind = 'snooze' ORDER BY id LIMIT 1
