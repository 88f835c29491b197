-- name: test_by_key :one
-- params: inbox_id i64, external_id text
-- returns: n i64
SELECT COUNT(*) AS n FROM message WHERE inbox_id = :inbox_id AND external_id = :external_id

-- name: test_replies :one
-- params: ticket_id i64
-- returns: n i64
SELECT COUNT(*) AS n FROM message WHERE ticket_id = :ticket_id AND kind = 2

-- name: test_send_job :one
-- params: subject_id i64
-- returns: id i64
-- scan ok: a test
SELECT id FROM job WHERE kind = 'send' AND subject_id = :subject_id

-- name: test_pages :one
-- params: ticket_id i64
-- returns: n i64
SELECT COUNT(*) AS n FROM page WHERE ticket_id = :ticket_id AND acked_at IS NULL
