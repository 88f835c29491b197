-- What triage read, what people said of it, and what that adds up to.

-- name: reading_insert :exec
-- params: message_id i64, ticket_id i64, inbox_id i64, model text, category text?, p real, oos real, is_sure bool, decision i64, language text, mood i64, urgency i64, detail text, now i64
INSERT INTO reading (message_id, ticket_id, inbox_id, model, category, p, oos, is_sure, decision, language, mood, urgency, detail, created_at)
VALUES (:message_id, :ticket_id, :inbox_id, :model, :category, :p, :oos, :is_sure, :decision, :language, :mood, :urgency, :detail, :now)

-- name: reading_newest :one
-- The newest of a ticket.
-- params: ticket_id i64
-- returns: message_id i64, ticket_id i64, inbox_id i64, model text, category text?, p real, oos real, is_sure bool, decision i64, language text, mood i64, urgency i64, detail text
SELECT message_id, ticket_id, inbox_id, model, category, p, oos, is_sure, decision, language, mood, urgency, detail
  FROM reading WHERE ticket_id = :ticket_id ORDER BY message_id DESC LIMIT 1

-- name: reading_decided :one
-- The newest that something was decided on: what the ticket's category goes back to.
-- params: ticket_id i64
-- returns: message_id i64, ticket_id i64, inbox_id i64, model text, category text?, p real, oos real, is_sure bool, decision i64, language text, mood i64, urgency i64, detail text
SELECT message_id, ticket_id, inbox_id, model, category, p, oos, is_sure, decision, language, mood, urgency, detail
  FROM reading WHERE ticket_id = :ticket_id AND decision < 5 ORDER BY message_id DESC LIMIT 1

-- name: reading_urgent :many
-- Those that read as P1, newest first.
-- params: ticket_id i64, limit i64
-- returns: detail text
SELECT detail FROM reading WHERE ticket_id = :ticket_id AND urgency = 1 ORDER BY message_id DESC LIMIT :limit

-- name: reading_told :one
-- What the customer said first, with what was read of it: what a person's word is about where
-- nothing was decided, or nothing was read.
-- params: ticket_id i64
-- returns: message_id i64, inbox_id i64, model text?, category text?, language text?
SELECT m.id AS message_id, m.inbox_id, r.model, r.category, r.language
  FROM message m LEFT JOIN reading r ON r.message_id = m.id
 WHERE m.ticket_id = :ticket_id AND m.kind = 1 ORDER BY m.id LIMIT 1

-- name: reading_uncounted :many
-- scan ok: walks the small index of those that are not in the sums yet
-- params: limit i64
-- returns: message_id i64, inbox_id i64, category text?, is_sure bool, decision i64, language text, created_at i64
SELECT message_id, inbox_id, category, is_sure, decision, language, created_at
  FROM reading WHERE is_counted = 0 ORDER BY message_id LIMIT :limit

-- name: reading_count :exec
-- Touches those alone that nobody else counts at the same time.
-- params: ids i64[]
UPDATE reading SET is_counted = 1 WHERE is_counted = 0 AND message_id IN (SELECT value FROM json_each(:ids))
-- name: reading_count (pg)
UPDATE reading SET is_counted = 1 WHERE is_counted = 0 AND message_id = ANY (:ids)

-- name: reading_judge :exec
-- The first word on it: touches no row for a second one, also where two come at once.
-- params: message_id i64
UPDATE reading SET is_judged = 1 WHERE message_id = :message_id AND is_judged = 0

-- name: ticket_recent :one
-- How many matters this person has opened since, of the last five.
-- scan ok: walks those five
-- params: contact_id i64, since i64
-- returns: n i64
SELECT COUNT(*) AS n FROM (SELECT created_at FROM ticket WHERE contact_id = :contact_id ORDER BY id DESC LIMIT 5) t
 WHERE created_at > :since

-- name: fact_set :exec
-- params: ticket_id i64, kind i64, source i64, value text?, message_id i64?, at_byte i64, n_bytes i64
INSERT INTO ticket_fact (ticket_id, kind, source, value, message_id, at_byte, n_bytes)
VALUES (:ticket_id, :kind, :source, :value, :message_id, :at_byte, :n_bytes)
ON CONFLICT (ticket_id, kind, source) DO UPDATE SET value = excluded.value, message_id = excluded.message_id,
       at_byte = excluded.at_byte, n_bytes = excluded.n_bytes

-- name: fact_list :many
-- params: ticket_id i64
-- returns: kind i64, source i64, value text?, message_id i64?, at_byte i64, n_bytes i64
SELECT kind, source, value, message_id, at_byte, n_bytes FROM ticket_fact WHERE ticket_id = :ticket_id ORDER BY kind, source

-- name: original_insert :exec
-- params: message_id i64, text text, sealed text
INSERT INTO message_original (message_id, text, sealed) VALUES (:message_id, :text, :sealed)

-- name: original_get :one
-- params: message_id i64
-- returns: text text, sealed text
SELECT text, sealed FROM message_original WHERE message_id = :message_id

-- name: verdict_insert :exec
-- params: id i64, message_id i64, ticket_id i64, inbox_id i64, agent_id i64, kind i64, was text?, said text?, is_right bool, model text, language text, now i64
INSERT INTO verdict (id, message_id, ticket_id, inbox_id, agent_id, kind, was, said, is_right, model, language, created_at)
VALUES (:id, :message_id, :ticket_id, :inbox_id, :agent_id, :kind, :was, :said, :is_right, :model, :language, :now)

-- name: verdict_newest :one
-- params: message_id i64
-- returns: id i64, kind i64, was text?, said text?
SELECT id, kind, was, said FROM verdict WHERE message_id = :message_id ORDER BY id DESC LIMIT 1

-- name: verdict_since :many
-- What people said, with the words that are read (text.h), oldest first, of a message the last
-- alone. An agreement is a label too. `after`: the last id of the page before.
-- params: after i64, limit i64
-- returns: id i64, message_id i64, agent_id i64, kind i64, said text?, model text, text text
SELECT v.id, v.message_id, v.agent_id, v.kind, v.said, v.model, substr(m.text, 1, 16384) AS text
  FROM verdict v JOIN message m ON m.id = v.message_id
 WHERE v.id > :after
   AND NOT EXISTS (SELECT 1 FROM verdict n WHERE n.message_id = v.message_id AND n.id > v.id)
 ORDER BY v.id LIMIT :limit

-- name: verdict_newest_since :many
-- For the memory: newest first, of a message its last alone.
-- params: after i64, limit i64
-- returns: id i64, said text?, text text
SELECT v.id, v.said, substr(m.text, 1, 16384) AS text
  FROM verdict v JOIN message m ON m.id = v.message_id
 WHERE v.id > :after
   AND NOT EXISTS (SELECT 1 FROM verdict n WHERE n.message_id = v.message_id AND n.id > v.id)
 ORDER BY v.id DESC LIMIT :limit

-- name: week_read :exec
-- params: inbox_id i64, week i64, n_read i64, n_sure i64, n_routed i64
INSERT INTO triage_week (inbox_id, week, n_read, n_sure, n_routed) VALUES (:inbox_id, :week, :n_read, :n_sure, :n_routed)
ON CONFLICT (inbox_id, week) DO UPDATE SET n_read = triage_week.n_read + excluded.n_read,
       n_sure = triage_week.n_sure + excluded.n_sure, n_routed = triage_week.n_routed + excluded.n_routed

-- name: week_judged :exec
-- params: inbox_id i64, week i64, n i64, n_right i64
INSERT INTO triage_week (inbox_id, week, n, n_right) VALUES (:inbox_id, :week, :n, :n_right)
ON CONFLICT (inbox_id, week) DO UPDATE SET n = triage_week.n + excluded.n, n_right = triage_week.n_right + excluded.n_right

-- name: week_sum :one
-- What the blind sample of an inbox has shown since a week: at most a dozen rows.
-- params: inbox_id i64, since i64
-- returns: n i64, n_right i64
SELECT COALESCE(SUM(n), 0) AS n, COALESCE(SUM(n_right), 0) AS n_right
  FROM triage_week WHERE inbox_id = :inbox_id AND week >= :since
-- name: week_sum (pg)
SELECT COALESCE(SUM(n), 0)::bigint AS n, COALESCE(SUM(n_right), 0)::bigint AS n_right
  FROM triage_week WHERE inbox_id = :inbox_id AND week >= :since

-- name: week_list :many
-- scan ok: a row a week and inbox
-- params: since i64
-- returns: inbox_id i64, week i64, n_read i64, n_sure i64, n_routed i64, n i64, n_right i64
SELECT inbox_id, week, n_read, n_sure, n_routed, n, n_right FROM triage_week WHERE week >= :since ORDER BY inbox_id, week

-- name: sum_add :exec
-- params: kind i64, key text, other text, n_read i64, n_sure i64, n_routed i64, n i64, n_right i64
INSERT INTO triage_sum (kind, key, other, n_read, n_sure, n_routed, n, n_right)
VALUES (:kind, :key, :other, :n_read, :n_sure, :n_routed, :n, :n_right)
ON CONFLICT (kind, key, other) DO UPDATE SET n_read = triage_sum.n_read + excluded.n_read, n_sure = triage_sum.n_sure + excluded.n_sure,
       n_routed = triage_sum.n_routed + excluded.n_routed, n = triage_sum.n + excluded.n, n_right = triage_sum.n_right + excluded.n_right

-- name: sum_list :many
-- params: kind i64
-- returns: key text, other text, n_read i64, n_sure i64, n_routed i64, n i64, n_right i64
SELECT key, other, n_read, n_sure, n_routed, n, n_right FROM triage_sum WHERE kind = :kind ORDER BY key, other

-- name: queue_team_get :one
-- params: queue text
-- returns: team_id i64
SELECT team_id FROM queue_team WHERE queue = :queue

-- name: queue_team_list :many
-- scan ok: a row a queue
-- returns: queue text, team_id i64
SELECT queue, team_id FROM queue_team ORDER BY queue

-- name: queue_team_set :exec
-- params: queue text, team_id i64
INSERT INTO queue_team (queue, team_id) VALUES (:queue, :team_id)
ON CONFLICT (queue) DO UPDATE SET team_id = excluded.team_id

-- name: queue_team_clear :exec
-- params: queue text
DELETE FROM queue_team WHERE queue = :queue
