-- name: tt_ticket :one
-- params: id i64
-- returns: category text?, team_id i64?, urgency i64, preview text?
SELECT category, team_id, urgency, preview FROM ticket WHERE id = :id

-- name: tt_reading :one
-- params: message_id i64
-- returns: decision i64, category text?, is_judged bool
SELECT decision, category, is_judged FROM reading WHERE message_id = :message_id

-- name: tt_sums :one
-- scan ok: a handful of test rows
-- returns: n_read i64, n i64, n_right i64
SELECT CAST(COALESCE(SUM(n_read), 0) AS BIGINT) AS n_read, CAST(COALESCE(SUM(n), 0) AS BIGINT) AS n,
       CAST(COALESCE(SUM(n_right), 0) AS BIGINT) AS n_right FROM triage_week

-- name: tt_counts :one
-- scan ok: a handful of test rows
-- returns: messages i64, pages i64, verdicts i64, readings i64, doubts i64
SELECT (SELECT COUNT(*) FROM message) AS messages, (SELECT COUNT(*) FROM page) AS pages,
       (SELECT COUNT(*) FROM verdict) AS verdicts, (SELECT COUNT(*) FROM reading) AS readings,
       (SELECT COUNT(*) FROM doubtful WHERE said IS NULL) AS doubts

-- name: tt_events :many
-- scan ok: a handful of test rows
-- returns: data text?
SELECT data FROM event

-- name: tt_activity :many
-- scan ok: a handful of test rows
-- params: ticket_id i64
-- returns: text text, meta text?
SELECT text, meta FROM message WHERE ticket_id = :ticket_id AND kind <> 1

-- name: tt_job :one
-- params: kind text, key text
-- returns: id i64, run_at i64
SELECT id, run_at FROM job WHERE kind = :kind AND key = :key

-- name: tt_original :one
-- scan ok: a handful of test rows
-- returns: n i64
SELECT COUNT(*) AS n FROM message_original WHERE text LIKE '%4111 1111 1111 1111%'
