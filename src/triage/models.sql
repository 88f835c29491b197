-- Which model and which taxonomy are in force.

-- name: model_live :one
-- scan ok: a handful of rows
-- returns: version text, hash text?, verdict_id i64
SELECT version, hash, verdict_id FROM model WHERE state = 1 ORDER BY created_at DESC LIMIT 1

-- name: model_list :many
-- scan ok: a handful of rows
-- returns: version text, hash text?, state i64, why text?, verdict_id i64, metrics text, created_at i64
SELECT version, hash, state, why, verdict_id, metrics, created_at FROM model ORDER BY created_at DESC, version

-- name: model_insert :exec
-- params: version text, hash text?, state i64, why text?, verdict_id i64, metrics text, now i64
INSERT INTO model (version, hash, state, why, verdict_id, metrics, created_at)
VALUES (:version, :hash, :state, :why, :verdict_id, :metrics, :now)
ON CONFLICT (version) DO UPDATE SET state = excluded.state, why = excluded.why, verdict_id = excluded.verdict_id,
       metrics = excluded.metrics, created_at = excluded.created_at

-- name: model_retire :exec
-- scan ok: a handful of rows
UPDATE model SET state = 2 WHERE state = 1

-- name: model_use :exec
-- params: version text
UPDATE model SET state = 1 WHERE version = :version AND state <> 3

-- name: model_forget :exec
-- params: version text
DELETE FROM model WHERE version = :version

-- name: taxonomy_newest :one
-- scan ok: the last of the primary key
-- returns: rev i64, hash text
SELECT rev, hash FROM taxonomy ORDER BY rev DESC LIMIT 1

-- name: taxonomy_insert :exec
-- The next revision; touches no row if somebody was faster.
-- params: rev i64, hash text, agent_id i64, now i64
INSERT INTO taxonomy (rev, hash, agent_id, created_at) VALUES (:rev, :hash, :agent_id, :now) ON CONFLICT (rev) DO NOTHING

-- name: doubtful_clear :exec
-- scan ok: a few hundred rows, written anew by each training; what a person decided stays
DELETE FROM doubtful WHERE said IS NULL

-- name: doubtful_insert :exec
-- params: id i64, text text, category text?, p real, other text?, other_p real, model text
INSERT INTO doubtful (id, text, category, p, other, other_p, model) VALUES (:id, :text, :category, :p, :other, :other_p, :model)

-- name: doubtful_page :many
-- scan ok: walks the index of the open ones
-- params: after_p real, after i64, limit i64
-- returns: id i64, text text, category text?, p real, other text?, other_p real
SELECT id, text, category, p, other, other_p FROM doubtful
 WHERE said IS NULL AND (p, id) > (:after_p, :after) ORDER BY p, id LIMIT :limit

-- name: doubtful_get :one
-- params: id i64
-- returns: id i64, text text, category text?, said text?
SELECT id, text, category, said FROM doubtful WHERE id = :id

-- name: doubtful_say :exec
-- params: id i64, said text
UPDATE doubtful SET said = :said WHERE id = :id

-- name: doubtful_said :many
-- scan ok: what people decided, all of it: a lesson each
-- returns: id i64, text text, category text?, said text?
SELECT id, text, category, said FROM doubtful WHERE said IS NOT NULL ORDER BY id
