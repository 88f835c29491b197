-- name: story_tickets :many
-- scan ok: a handful of test rows
-- returns: id i64, number i64, bucket i64, waiting i64, linked bool, contact text
SELECT t.id, t.number, t.bucket, CASE WHEN t.waiting_since IS NULL OR t.bucket IN (8, 9) THEN 0 ELSE 1 END AS waiting,
       CASE WHEN t.linked_id IS NULL THEN 0 ELSE 1 END AS linked, c.name AS contact
  FROM ticket t JOIN contact c ON c.id = t.contact_id ORDER BY t.number

-- name: story_messages :many
-- params: ticket_id i64
-- returns: kind i64, state i64, text text, author_name text
SELECT kind, state, text, author_name FROM message WHERE ticket_id = :ticket_id ORDER BY id

-- name: story_jobs :one
-- scan ok: a handful of test rows
-- returns: n i64
SELECT COUNT(*) AS n FROM job WHERE kind = 'send'

-- name: story_due_now :exec
-- scan ok: a handful of test rows
UPDATE job SET run_at = 0, lease_until = NULL WHERE kind = 'send'
