-- P1: who must come, and who did.

-- name: page_insert :exec
-- One open page a ticket: a repeat touches no row.
-- params: id i64, ticket_id i64, message_id i64, inbox_id i64, kind i64, call_at i64, now i64
INSERT INTO page (id, ticket_id, message_id, inbox_id, kind, call_at, created_at)
VALUES (:id, :ticket_id, :message_id, :inbox_id, :kind, :call_at, :now)
ON CONFLICT (ticket_id) WHERE acked_at IS NULL DO NOTHING

-- name: page_open_of :one
-- params: ticket_id i64
-- returns: id i64, message_id i64, inbox_id i64, kind i64, tries i64, call_at i64
SELECT id, message_id, inbox_id, kind, tries, call_at FROM page WHERE ticket_id = :ticket_id AND acked_at IS NULL

-- name: page_ended_last :one
-- params: ticket_id i64
-- returns: at i64
SELECT acked_at AS at FROM page WHERE ticket_id = :ticket_id AND acked_at IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: page_end :exec
-- Touches no row if it has ended already.
-- params: id i64, ended i64, by i64?, name text?, now i64
UPDATE page SET ended = :ended, acked_by = :by, acked_name = :name, acked_at = :now WHERE id = :id AND acked_at IS NULL

-- name: page_told :exec
-- params: id i64, tries i64, call_at i64
UPDATE page SET tries = :tries, call_at = :call_at WHERE id = :id AND acked_at IS NULL

-- name: page_call_insert :exec
-- params: page_id i64, n i64, agent_id i64, now i64
INSERT INTO page_call (page_id, n, agent_id, at) VALUES (:page_id, :n, :agent_id, :now)

-- name: page_call_list :many
-- Who was told, in that order.
-- params: page_ids i64[]
-- returns: page_id i64, agent_id i64, name text?
SELECT c.page_id, c.agent_id, a.name FROM page_call c LEFT JOIN agent a ON a.id = c.agent_id
 WHERE c.page_id IN (SELECT value FROM json_each(:page_ids)) ORDER BY c.page_id, c.n
-- name: page_call_list (pg)
SELECT c.page_id, c.agent_id, a.name FROM page_call c LEFT JOIN agent a ON a.id = c.agent_id
 WHERE c.page_id = ANY (:page_ids) ORDER BY c.page_id, c.n

-- name: page_answer :one
-- The first answer that an agent gave to what was said there.
-- params: ticket_id i64, message_id i64
-- returns: author_id i64?, author_name text, created_at i64
SELECT author_id, author_name, created_at FROM message
 WHERE ticket_id = :ticket_id AND id > :message_id AND kind = 2 AND author_kind = 2 ORDER BY id LIMIT 1

-- name: page_get :one
-- params: id i64
-- returns: id i64, ticket_id i64, number i64, inbox_id i64, kind i64, tries i64, created_at i64, ended i64, acked_name text?, acked_at i64?
SELECT p.id, p.ticket_id, t.number, p.inbox_id, p.kind, p.tries, p.created_at, p.ended, p.acked_name, p.acked_at
  FROM page p JOIN ticket t ON t.id = p.ticket_id WHERE p.id = :id

-- name: page_open_list :many
-- Newest first.
-- params: before i64, limit i64, inbox_ids i64[]
-- returns: id i64, ticket_id i64, number i64, inbox_id i64, kind i64, tries i64, created_at i64, ended i64, acked_name text?, acked_at i64?
SELECT p.id, p.ticket_id, t.number, p.inbox_id, p.kind, p.tries, p.created_at, p.ended, p.acked_name, p.acked_at
  FROM page p JOIN ticket t ON t.id = p.ticket_id
 WHERE p.id < :before AND p.acked_at IS NULL
--[ in_inboxes
   AND p.inbox_id IN (:inbox_ids)
--]
 ORDER BY p.id DESC LIMIT :limit

-- name: page_ended_list :many
-- params: before i64, limit i64, inbox_ids i64[]
-- returns: id i64, ticket_id i64, number i64, inbox_id i64, kind i64, tries i64, created_at i64, ended i64, acked_name text?, acked_at i64?
SELECT p.id, p.ticket_id, t.number, p.inbox_id, p.kind, p.tries, p.created_at, p.ended, p.acked_name, p.acked_at
  FROM page p JOIN ticket t ON t.id = p.ticket_id
 WHERE p.id < :before AND p.acked_at IS NOT NULL
--[ in_inboxes
   AND p.inbox_id IN (:inbox_ids)
--]
 ORDER BY p.id DESC LIMIT :limit

-- name: page_person_list :many
-- Who can be told of what happens in an inbox: those on call in their order, then leads and admins.
-- scan ok: tens of agents
-- params: inbox_id i64
-- returns: id i64, name text, email text, position i64?
SELECT a.id, a.name, a.email, o.position FROM agent a LEFT JOIN on_call o ON o.agent_id = a.id
 WHERE a.is_active = 1 AND a.is_demo = 0 AND a.password_hash IS NOT NULL
   AND (o.position IS NOT NULL OR a.role IN ('lead', 'admin'))
   AND (a.sees_all = 1 OR EXISTS (SELECT 1 FROM agent_inbox i WHERE i.agent_id = a.id AND i.inbox_id = :inbox_id))
 ORDER BY COALESCE(o.position, 1000000), a.id

-- name: on_call_count :one
-- Who really can come: of the demo's people nobody, unless all of the desk is one.
-- scan ok: the few who are on call, some inboxes
-- returns: n i64
SELECT COUNT(*) AS n FROM on_call o JOIN agent a ON a.id = o.agent_id
 WHERE a.is_active = 1 AND a.password_hash IS NOT NULL
   AND (a.is_demo = 0 OR NOT EXISTS (SELECT 1 FROM inbox i WHERE i.is_demo = 0))

-- name: on_call_list :many
-- scan ok: the few who are on call
-- returns: agent_id i64
SELECT o.agent_id FROM on_call o JOIN agent a ON a.id = o.agent_id WHERE a.is_active = 1 ORDER BY o.position

-- name: on_call_set :exec
-- params: position i64, agent_id i64
INSERT INTO on_call (position, agent_id) VALUES (:position, :agent_id)
ON CONFLICT (position) DO UPDATE SET agent_id = excluded.agent_id

-- name: on_call_cut :exec
-- params: n i64
DELETE FROM on_call WHERE position > :n

-- name: on_call_append :exec
-- scan ok: the few who are on call
-- params: agent_id i64
INSERT INTO on_call (position, agent_id) SELECT COALESCE(MAX(position), 0) + 1, :agent_id FROM on_call
