-- P1: who must come, and who did.

-- name: page_insert :exec
-- params: id i64, ticket_id i64, message_id i64, inbox_id i64, kind i64, now i64
INSERT INTO page (id, ticket_id, message_id, inbox_id, kind, created_at) VALUES (:id, :ticket_id, :message_id, :inbox_id, :kind, :now)

-- name: on_call_count :one
-- scan ok: the few who are on call
-- returns: n i64
SELECT COUNT(*) AS n FROM on_call
