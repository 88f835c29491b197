-- What the chat on a web site asks for: a visitor's own words and answers, nothing else.

-- name: chat_messages :many
-- What a customer said and was answered in this inbox, oldest first, ids above `after`. Notes,
-- activities, deleted tickets and answers that failed (7) are not theirs to see.
-- params: inbox_id i64, contact_id i64, after i64, limit i64
-- returns: id i64, kind i64, external_id text?, author_name text, text text, created_at i64, attachments i64
SELECT m.id, m.kind, m.external_id, m.author_name, m.text, m.created_at, m.attachments
  FROM ticket t JOIN message m ON m.ticket_id = t.id
 WHERE t.contact_id = :contact_id AND t.inbox_id = :inbox_id AND t.bucket <> 9
   AND m.kind IN (1, 2) AND m.state <> 7 AND m.id > :after
 ORDER BY m.id LIMIT :limit

-- name: chat_messages_back :many
-- The same, newest first, ids below `before`.
-- params: inbox_id i64, contact_id i64, before i64, limit i64
-- returns: id i64, kind i64, external_id text?, author_name text, text text, created_at i64, attachments i64
SELECT m.id, m.kind, m.external_id, m.author_name, m.text, m.created_at, m.attachments
  FROM ticket t JOIN message m ON m.ticket_id = t.id
 WHERE t.contact_id = :contact_id AND t.inbox_id = :inbox_id AND t.bucket <> 9
   AND m.kind IN (1, 2) AND m.state <> 7 AND m.id < :before
 ORDER BY m.id DESC LIMIT :limit

-- name: chat_pace :one
-- When did this customer say the n-th last thing? No row: they have not said that much.
-- params: inbox_id i64, contact_id i64, skip i64
-- returns: created_at i64
SELECT m.created_at FROM ticket t JOIN message m ON m.ticket_id = t.id
 WHERE t.contact_id = :contact_id AND t.inbox_id = :inbox_id AND m.kind = 1
 ORDER BY m.id DESC LIMIT 1 OFFSET :skip

-- name: chat_ticket :one
-- The ticket a customer talks on now.
-- params: inbox_id i64, contact_id i64
-- returns: id i64
SELECT id FROM ticket WHERE contact_id = :contact_id AND inbox_id = :inbox_id AND bucket < 8
 ORDER BY id DESC LIMIT 1

-- name: chat_unread_answers :many
-- Answers the customer has now read, that are not marked so.
-- params: inbox_id i64, contact_id i64, upto i64
-- returns: id i64, ticket_id i64
SELECT m.id, m.ticket_id FROM ticket t JOIN message m ON m.ticket_id = t.id
 WHERE t.contact_id = :contact_id AND t.inbox_id = :inbox_id AND m.kind = 2 AND m.state = 5
   AND m.id <= :upto ORDER BY m.id DESC LIMIT 100

-- name: chat_seen :one
-- The newest of the customer's words that an agent has looked at; 0: none.
-- params: inbox_id i64, contact_id i64
-- returns: message_id i64
SELECT COALESCE(MAX(s.message_id), 0) AS message_id
  FROM ticket t JOIN agent a ON a.is_active = 1 JOIN seen s ON s.agent_id = a.id AND s.ticket_id = t.id
 WHERE t.contact_id = :contact_id AND t.inbox_id = :inbox_id

-- name: chat_uploads :one
-- What this visitor has uploaded and not sent yet.
-- params: owner text
-- returns: n i64
SELECT COUNT(*) AS n FROM upload WHERE owner = :owner
