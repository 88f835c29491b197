-- name: pt_letters :many
-- scan ok: a test
-- returns: payload text?
SELECT payload FROM job WHERE kind = 'letter' ORDER BY id

-- name: pt_letters_sent :exec
-- scan ok: a test
DELETE FROM job WHERE kind = 'letter'

-- name: pt_jobs :one
-- scan ok: a test
-- returns: n i64
SELECT COUNT(*) AS n FROM job WHERE kind = 'page'

-- name: pt_later :exec
-- Time passes: all that is to come is nearer by so much.
-- scan ok: a test
-- params: ms i64
UPDATE job SET run_at = run_at - :ms, lease_until = NULL WHERE kind = 'page'

-- name: pt_pages_later :exec
-- scan ok: a test
-- params: ms i64
UPDATE page SET call_at = call_at - :ms, created_at = created_at - :ms, acked_at = acked_at - :ms

-- name: pt_pages :many
-- scan ok: a test
-- returns: id i64, ticket_id i64, tries i64, ended i64, acked_name text?
SELECT id, ticket_id, tries, ended, acked_name FROM page ORDER BY id

-- name: pt_calls :one
-- scan ok: a test
-- params: ticket_id i64
-- returns: n i64
SELECT COUNT(*) AS n FROM page_call c JOIN page p ON p.id = c.page_id WHERE p.ticket_id = :ticket_id

-- name: pt_agent_off :exec
-- params: id i64
UPDATE agent SET is_active = 0 WHERE id = :id

-- name: pt_agent_narrow :exec
-- Sees none of the inboxes.
-- params: id i64
UPDATE agent SET sees_all = 0 WHERE id = :id
