-- Tickets: rows in, rows out.

-- name: ticket_state :one
-- What the rules need of a ticket, to change it.
-- params: id i64
-- returns: id i64, number i64, contact_id i64, inbox_id i64, thread_id text?, subject text, status_id i64, bucket i64, snoozed_until i64?, priority i64, urgency i64, category text?, assignee_id i64, team_id i64, waiting_since i64?, solved_at i64?, first_reply_at i64?, last_message_id i64, messages i64, is_imported bool, rev i64, status_key text, status_category i64
SELECT t.id, t.number, t.contact_id, t.inbox_id, t.thread_id, t.subject, t.status_id, t.bucket, t.snoozed_until, t.priority, t.urgency, t.category,
       t.assignee_id, t.team_id, t.waiting_since, t.solved_at, t.first_reply_at, t.last_message_id, t.messages, t.is_imported, t.rev,
       s.key AS status_key, s.category AS status_category
  FROM ticket t JOIN status s ON s.id = t.status_id
 WHERE t.id = :id

-- name: ticket_lock :one
-- Hold the ticket until the end of the transaction: who comes second reads what the first left.
-- (SQLite has one writer.)
-- params: id i64
-- returns: id i64
SELECT id FROM ticket WHERE id = :id
-- name: ticket_lock (pg)
SELECT id FROM ticket WHERE id = :id FOR UPDATE

-- name: ticket_of_number :one
-- By the number that people say; not what was deleted.
-- params: number i64
-- returns: id i64
SELECT id FROM ticket WHERE number = :number AND bucket <> 9

-- name: ticket_of_thread :one
-- The newest ticket of a channel's thread.
-- params: inbox_id i64, thread_id text
-- returns: id i64
SELECT id FROM ticket WHERE inbox_id = :inbox_id AND thread_id = :thread_id ORDER BY id DESC LIMIT 1

-- name: ticket_of_contact :one
-- The contact's newest ticket in this inbox that is neither closed, nor spam, nor deleted.
-- params: contact_id i64, inbox_id i64
-- returns: id i64
SELECT id FROM ticket
 WHERE contact_id = :contact_id AND inbox_id = :inbox_id AND bucket NOT IN (6, 8, 9)
 ORDER BY id DESC LIMIT 1

-- name: ticket_insert :exec
-- params: id i64, number i64, contact_id i64, inbox_id i64, thread_id text?, subject text, status_id i64, bucket i64, priority i64, urgency i64, category text?, language text?, mood i64, team_id i64, assignee_id i64, waiting_since i64?, wait_key i64, is_automatic bool, linked_id i64?, is_imported bool, created_at i64
INSERT INTO ticket (id, number, contact_id, inbox_id, thread_id, subject, status_id, bucket, priority, urgency, category, language, mood, team_id, assignee_id,
                    waiting_since, wait_key, is_automatic, linked_id, is_imported, created_at, updated_at, last_at)
VALUES (:id, :number, :contact_id, :inbox_id, :thread_id, :subject, :status_id, :bucket, :priority, :urgency, :category, :language, :mood, :team_id, :assignee_id,
        :waiting_since, :wait_key, :is_automatic, :linked_id, :is_imported, :created_at, :created_at, :created_at)

-- name: ticket_heard :exec
-- A message was added that changed nothing else.
-- params: id i64, message_id i64, at i64, kind i64, author text, preview text
UPDATE ticket SET last_message_id = :message_id, last_at = :at, last_kind = :kind, last_author = :author,
       preview = :preview, messages = messages + 1, updated_at = :at
 WHERE id = :id

-- name: ticket_counted :exec
-- An activity was added: the preview stays.
-- params: id i64, message_id i64, at i64
UPDATE ticket SET last_message_id = :message_id, messages = messages + 1, updated_at = :at WHERE id = :id

-- name: ticket_change :exec
-- All that rules may change, at once. Touches no row if somebody was faster.
-- params: id i64, rev i64, subject text, status_id i64, bucket i64, snoozed_until i64?, priority i64, urgency i64, category text?, assignee_id i64, team_id i64, waiting_since i64?, wait_key i64, solved_at i64?, first_reply_at i64?, now i64
UPDATE ticket SET subject = :subject, status_id = :status_id, bucket = :bucket, snoozed_until = :snoozed_until, priority = :priority,
       urgency = :urgency, category = :category, assignee_id = :assignee_id, team_id = :team_id, waiting_since = :waiting_since, wait_key = :wait_key,
       solved_at = :solved_at, first_reply_at = :first_reply_at, updated_at = :now, rev = rev + 1
 WHERE id = :id AND rev = :rev

-- name: ticket_page_new :many
-- One bucket's keys, newest first; the caller merges buckets.
-- params: bucket i64, before i64, limit i64, assignee_id i64, team_id i64, inbox_id i64, contact_id i64, category text
-- returns: id i64, key i64
SELECT id, id AS key FROM ticket
 WHERE bucket = :bucket AND id < :before
--[ by_category
   AND category = :category
--]
--[ by_assignee
   AND assignee_id = :assignee_id
--]
--[ by_team
   AND team_id = :team_id
--]
--[ by_inbox
   AND inbox_id = :inbox_id
--]
--[ and_assignee
   AND +assignee_id = :assignee_id
--]
--[ and_team
   AND +team_id = :team_id
--]
--[ and_inbox
   AND +inbox_id = :inbox_id
--]
--[ by_contact
   AND contact_id = :contact_id
--]
 ORDER BY id DESC LIMIT :limit

-- name: ticket_page_wait :many
-- One bucket's keys, waiting longest first; those that do not wait come last, newest first
-- (their key is 2^52 and more, falling with the id: ticket.c).
-- params: bucket i64, after i64, limit i64, assignee_id i64, team_id i64, inbox_id i64, after_id i64, category text
-- returns: id i64, key i64
SELECT id, wait_key AS key FROM ticket
 WHERE bucket = :bucket AND (wait_key, id) > (:after, :after_id)
--[ by_category
   AND category = :category
--]
--[ by_assignee
   AND assignee_id = :assignee_id
--]
--[ by_team
   AND team_id = :team_id
--]
--[ by_inbox
   AND inbox_id = :inbox_id
--]
--[ and_assignee
   AND +assignee_id = :assignee_id
--]
--[ and_team
   AND +team_id = :team_id
--]
--[ and_inbox
   AND +inbox_id = :inbox_id
--]
 ORDER BY wait_key, id LIMIT :limit

-- name: ticket_page_tag :many
-- A tag's tickets, newest first, whatever their bucket; the caller leaves out what it does not want.
-- params: tag_id i64, before i64, limit i64
-- returns: id i64, wait_key i64, bucket i64, assignee_id i64, team_id i64, inbox_id i64, contact_id i64, category text?
SELECT t.id, t.wait_key, t.bucket, t.assignee_id, t.team_id, t.inbox_id, t.contact_id, t.category
  FROM ticket_tag g JOIN ticket t ON t.id = g.ticket_id
 WHERE g.tag_id = :tag_id AND g.ticket_id < :before
 ORDER BY g.ticket_id DESC LIMIT :limit

-- name: ticket_sieve :many
-- What a filter in C needs of some tickets.
-- params: ids i64[]
-- returns: id i64, wait_key i64, bucket i64, assignee_id i64, team_id i64, inbox_id i64, contact_id i64, category text?
SELECT id, wait_key, bucket, assignee_id, team_id, inbox_id, contact_id, category
  FROM ticket WHERE id IN (SELECT value FROM json_each(:ids))
-- name: ticket_sieve (pg)
SELECT id, wait_key, bucket, assignee_id, team_id, inbox_id, contact_id, category
  FROM ticket WHERE id = ANY (:ids)

-- name: ticket_view :many
-- Tickets as a list or the desk shows them.
-- params: ids i64[], agent_id i64
-- returns: id i64, number i64, subject text, status_key text, status_name text, status_category i64, bucket i64, snoozed_until i64?, priority i64, urgency i64, category text?, language text?, mood i64, inbox_id i64, inbox_name text, channel text, contact_id i64, contact_name text, contact_email text?, assignee_id i64, assignee_name text?, team_id i64, waiting_since i64?, created_at i64, updated_at i64, solved_at i64?, last_at i64, last_kind i64, last_author text, preview text, last_message_id i64, seen_id i64?, messages i64, linked_id i64?, is_automatic bool, is_imported bool, rev i64, wait_key i64
SELECT t.id, t.number, t.subject, s.key AS status_key, s.name AS status_name, s.category AS status_category, t.bucket, t.snoozed_until,
       t.priority, t.urgency, t.category, t.language, t.mood, t.inbox_id, i.name AS inbox_name, i.channel, t.contact_id, c.name AS contact_name, c.email AS contact_email,
       t.assignee_id, a.name AS assignee_name, t.team_id, t.waiting_since, t.created_at, t.updated_at, t.solved_at, t.last_at, t.last_kind,
       t.last_author, t.preview, t.last_message_id, n.message_id AS seen_id, t.messages, t.linked_id, t.is_automatic, t.is_imported, t.rev, t.wait_key
  FROM ticket t
  JOIN status s ON s.id = t.status_id
  JOIN inbox i ON i.id = t.inbox_id
  JOIN contact c ON c.id = t.contact_id
  LEFT JOIN agent a ON a.id = t.assignee_id
  LEFT JOIN seen n ON n.agent_id = :agent_id AND n.ticket_id = t.id
 WHERE t.id IN (SELECT value FROM json_each(:ids))
-- name: ticket_view (pg)
SELECT t.id, t.number, t.subject, s.key AS status_key, s.name AS status_name, s.category AS status_category, t.bucket, t.snoozed_until,
       t.priority, t.urgency, t.category, t.language, t.mood, t.inbox_id, i.name AS inbox_name, i.channel, t.contact_id, c.name AS contact_name, c.email AS contact_email,
       t.assignee_id, a.name AS assignee_name, t.team_id, t.waiting_since, t.created_at, t.updated_at, t.solved_at, t.last_at, t.last_kind,
       t.last_author, t.preview, t.last_message_id, n.message_id AS seen_id, t.messages, t.linked_id, t.is_automatic, t.is_imported, t.rev, t.wait_key
  FROM ticket t
  JOIN status s ON s.id = t.status_id
  JOIN inbox i ON i.id = t.inbox_id
  JOIN contact c ON c.id = t.contact_id
  LEFT JOIN agent a ON a.id = t.assignee_id
  LEFT JOIN seen n ON n.agent_id = :agent_id AND n.ticket_id = t.id
 WHERE t.id = ANY (:ids)

-- name: ticket_tag_list :many
-- params: ids i64[]
-- returns: ticket_id i64, name text
SELECT g.ticket_id, t.name FROM ticket_tag g JOIN tag t ON t.id = g.tag_id
 WHERE g.ticket_id IN (SELECT value FROM json_each(:ids)) ORDER BY g.ticket_id, t.name
-- name: ticket_tag_list (pg)
SELECT g.ticket_id, t.name FROM ticket_tag g JOIN tag t ON t.id = g.tag_id
 WHERE g.ticket_id = ANY (:ids) ORDER BY g.ticket_id, t.name

-- name: tag_by_name :one
-- params: name text
-- returns: id i64
SELECT id FROM tag WHERE name = :name

-- name: tag_insert :exec
-- params: id i64, name text
INSERT INTO tag (id, name) VALUES (:id, :name) ON CONFLICT (name) DO NOTHING

-- name: tag_list :many
-- scan ok: a few hundred tags, the whole answer
-- returns: id i64, name text
SELECT id, name FROM tag ORDER BY name

-- name: ticket_tag_add :exec
-- params: tag_id i64, ticket_id i64
INSERT INTO ticket_tag (tag_id, ticket_id) VALUES (:tag_id, :ticket_id) ON CONFLICT (tag_id, ticket_id) DO NOTHING

-- name: ticket_tag_clear :exec
-- params: ticket_id i64
DELETE FROM ticket_tag WHERE ticket_id = :ticket_id

-- name: status_by_key :one
-- params: key text
-- returns: id i64, category i64
SELECT id, category FROM status WHERE key = :key

-- name: status_list :many
-- scan ok: about six rows, the whole answer
-- returns: id i64, key text, name text, category i64, position i64
SELECT id, key, name, category, position FROM status ORDER BY position, id

-- name: status_insert :exec
-- params: id i64, key text, name text, category i64, position i64
INSERT INTO status (id, key, name, category, position) VALUES (:id, :key, :name, :category, :position)

-- name: status_rename :exec
-- params: id i64, name text, position i64
UPDATE status SET name = :name, position = :position WHERE id = :id

-- name: seen_set :exec
-- params: agent_id i64, ticket_id i64, message_id i64
INSERT INTO seen (agent_id, ticket_id, message_id) VALUES (:agent_id, :ticket_id, :message_id)
ON CONFLICT (agent_id, ticket_id) DO UPDATE SET message_id = excluded.message_id
 WHERE seen.message_id < excluded.message_id

-- name: draft_list :many
-- params: ticket_id i64, agent_id i64
-- returns: kind i64, text text, updated_at i64
SELECT kind, text, updated_at FROM draft WHERE ticket_id = :ticket_id AND agent_id = :agent_id ORDER BY kind

-- name: draft_set :exec
-- params: ticket_id i64, agent_id i64, kind i64, text text, now i64
INSERT INTO draft (ticket_id, agent_id, kind, text, updated_at) VALUES (:ticket_id, :agent_id, :kind, :text, :now)
ON CONFLICT (ticket_id, agent_id, kind) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at

-- name: draft_delete :exec
-- params: ticket_id i64, agent_id i64, kind i64
DELETE FROM draft WHERE ticket_id = :ticket_id AND agent_id = :agent_id AND kind = :kind

-- name: participant_add :exec
-- params: ticket_id i64, address text, now i64
INSERT INTO participant (ticket_id, address, added_at) VALUES (:ticket_id, :address, :now) ON CONFLICT (ticket_id, address) DO NOTHING

-- name: participant_list :many
-- params: ticket_id i64
-- returns: address text
SELECT address FROM participant WHERE ticket_id = :ticket_id ORDER BY added_at, address

-- name: count_add :exec
-- engine: sqlite
-- params: bucket i64, team_id i64, assignee_id i64, inbox_id i64, n i64
INSERT INTO ticket_count (bucket, team_id, assignee_id, inbox_id, n) VALUES (:bucket, :team_id, :assignee_id, :inbox_id, :n)
ON CONFLICT (bucket, team_id, assignee_id, inbox_id) DO UPDATE SET n = ticket_count.n + excluded.n

-- name: count_delta :exec
-- engine: pg
-- params: bucket i64, team_id i64, assignee_id i64, inbox_id i64, n i64
INSERT INTO ticket_count_delta (bucket, team_id, assignee_id, inbox_id, n) VALUES (:bucket, :team_id, :assignee_id, :inbox_id, :n)

-- name: count_fold :exec
-- Add the deltas up into the counts and drop them, in one statement.
-- engine: pg
WITH gone AS (DELETE FROM ticket_count_delta RETURNING bucket, team_id, assignee_id, inbox_id, n)
INSERT INTO ticket_count (bucket, team_id, assignee_id, inbox_id, n)
SELECT bucket, team_id, assignee_id, inbox_id, SUM(n) FROM gone GROUP BY bucket, team_id, assignee_id, inbox_id
ON CONFLICT (bucket, team_id, assignee_id, inbox_id) DO UPDATE SET n = ticket_count.n + excluded.n

-- name: count_list :many
-- scan ok: the counts are the answer
-- returns: bucket i64, team_id i64, assignee_id i64, inbox_id i64, n i64
SELECT bucket, team_id, assignee_id, inbox_id, n FROM ticket_count WHERE n <> 0
-- name: count_list (pg)
SELECT bucket, team_id, assignee_id, inbox_id, SUM(n)::bigint AS n
  FROM (SELECT bucket, team_id, assignee_id, inbox_id, n FROM ticket_count
        UNION ALL SELECT bucket, team_id, assignee_id, inbox_id, n FROM ticket_count_delta) d
 GROUP BY bucket, team_id, assignee_id, inbox_id HAVING SUM(n) <> 0

-- name: count_recount :many
-- The truth, by counting: for doctor and tests, never for a screen.
-- scan ok: it counts every ticket on purpose
-- returns: bucket i64, team_id i64, assignee_id i64, inbox_id i64, n i64
SELECT bucket, team_id, assignee_id, inbox_id, COUNT(*) AS n FROM ticket GROUP BY bucket, team_id, assignee_id, inbox_id

-- name: count_clear :exec
-- scan ok: doctor --repair only
DELETE FROM ticket_count
-- name: count_clear (pg)
WITH d AS (DELETE FROM ticket_count_delta) DELETE FROM ticket_count

-- name: topic_add :exec
-- params: bucket i64, category text, inbox_id i64, n i64
INSERT INTO category_count (bucket, category, inbox_id, n) VALUES (:bucket, :category, :inbox_id, :n)
ON CONFLICT (bucket, category, inbox_id) DO UPDATE SET n = category_count.n + excluded.n

-- name: topic_delta :exec
-- engine: pg
-- params: bucket i64, category text, inbox_id i64, n i64
INSERT INTO category_count_delta (bucket, category, inbox_id, n) VALUES (:bucket, :category, :inbox_id, :n)

-- name: ticket_language :exec
-- params: id i64, language text
UPDATE ticket SET language = :language WHERE id = :id

-- name: topic_fold :exec
-- engine: pg
WITH gone AS (DELETE FROM category_count_delta RETURNING bucket, category, inbox_id, n)
INSERT INTO category_count (bucket, category, inbox_id, n)
SELECT bucket, category, inbox_id, SUM(n) FROM gone GROUP BY bucket, category, inbox_id
ON CONFLICT (bucket, category, inbox_id) DO UPDATE SET n = category_count.n + excluded.n

-- name: topic_list :many
-- scan ok: the counts are the answer
-- returns: bucket i64, category text, inbox_id i64, n i64
SELECT bucket, category, inbox_id, n FROM category_count WHERE n <> 0 ORDER BY bucket, category, inbox_id
-- name: topic_list (pg)
SELECT bucket, category, inbox_id, SUM(n)::bigint AS n
  FROM (SELECT bucket, category, inbox_id, n FROM category_count
        UNION ALL SELECT bucket, category, inbox_id, n FROM category_count_delta) d
 GROUP BY bucket, category, inbox_id HAVING SUM(n) <> 0 ORDER BY bucket, category COLLATE "C", inbox_id

-- name: topic_recount :many
-- As count_recount.
-- scan ok: it counts every ticket on purpose
-- returns: bucket i64, category text, inbox_id i64, n i64
SELECT bucket, category, inbox_id, COUNT(*) AS n FROM ticket WHERE category IS NOT NULL
 GROUP BY bucket, category, inbox_id ORDER BY bucket, category, inbox_id
-- name: topic_recount (pg)
SELECT bucket, category, inbox_id, COUNT(*) AS n FROM ticket WHERE category IS NOT NULL
 GROUP BY bucket, category, inbox_id ORDER BY bucket, category COLLATE "C", inbox_id

-- name: topic_clear :exec
-- scan ok: doctor --repair only
DELETE FROM category_count
-- name: topic_clear (pg)
WITH d AS (DELETE FROM category_count_delta) DELETE FROM category_count
