-- name: message_by_key :one
-- Was it here before?
-- params: inbox_id i64, external_id text
-- returns: id i64, ticket_id i64
SELECT id, ticket_id FROM message WHERE inbox_id = :inbox_id AND external_id = :external_id

-- name: message_insert :exec
-- params: id i64, ticket_id i64, inbox_id i64, kind i64, external_id text?, author_kind i64, author_id i64?, author_name text, text text, state i64, reply_to_id i64?, created_at i64, sent_at i64?, context text?, meta text?, has_html bool, attachments i64, raw_hash text?
INSERT INTO message (id, ticket_id, inbox_id, kind, external_id, author_kind, author_id, author_name, text, state, reply_to_id,
                     created_at, sent_at, context, meta, has_html, attachments, raw_hash)
VALUES (:id, :ticket_id, :inbox_id, :kind, :external_id, :author_kind, :author_id, :author_name, :text, :state, :reply_to_id,
        :created_at, :sent_at, :context, :meta, :has_html, :attachments, :raw_hash)

-- name: message_html_insert :exec
-- params: message_id i64, html text
INSERT INTO message_html (message_id, html) VALUES (:message_id, :html)

-- name: message_html_get :one
-- params: message_id i64
-- returns: html text
SELECT html FROM message_html WHERE message_id = :message_id

-- name: message_get :one
-- params: id i64
-- returns: id i64, ticket_id i64, inbox_id i64, kind i64, external_id text?, author_kind i64, author_id i64?, author_name text, text text, state i64, state_text text?, reply_to_id i64?, created_at i64, sent_at i64?, context text?, meta text?, has_html bool, attachments i64, raw_hash text?, sealed text?
SELECT m.id, m.ticket_id, m.inbox_id, m.kind, m.external_id, m.author_kind, m.author_id, m.author_name, m.text, m.state, m.state_text,
       m.reply_to_id, m.created_at, m.sent_at, m.context, m.meta, m.has_html, m.attachments, m.raw_hash, o.sealed
  FROM message m LEFT JOIN message_original o ON o.message_id = m.id WHERE m.id = :id

-- name: message_page :many
-- A ticket's messages, oldest first.
-- params: ticket_id i64, after i64, limit i64
-- returns: id i64, ticket_id i64, inbox_id i64, kind i64, external_id text?, author_kind i64, author_id i64?, author_name text, text text, state i64, state_text text?, reply_to_id i64?, created_at i64, sent_at i64?, context text?, meta text?, has_html bool, attachments i64, raw_hash text?, sealed text?
SELECT m.id, m.ticket_id, m.inbox_id, m.kind, m.external_id, m.author_kind, m.author_id, m.author_name, m.text, m.state, m.state_text,
       m.reply_to_id, m.created_at, m.sent_at, m.context, m.meta, m.has_html, m.attachments, m.raw_hash, o.sealed
  FROM message m LEFT JOIN message_original o ON o.message_id = m.id WHERE m.ticket_id = :ticket_id AND m.id > :after ORDER BY m.id LIMIT :limit

-- name: message_page_back :many
-- The same, newest first: a thread is opened at its end.
-- params: ticket_id i64, before i64, limit i64
-- returns: id i64, ticket_id i64, inbox_id i64, kind i64, external_id text?, author_kind i64, author_id i64?, author_name text, text text, state i64, state_text text?, reply_to_id i64?, created_at i64, sent_at i64?, context text?, meta text?, has_html bool, attachments i64, raw_hash text?, sealed text?
SELECT m.id, m.ticket_id, m.inbox_id, m.kind, m.external_id, m.author_kind, m.author_id, m.author_name, m.text, m.state, m.state_text,
       m.reply_to_id, m.created_at, m.sent_at, m.context, m.meta, m.has_html, m.attachments, m.raw_hash, o.sealed
  FROM message m LEFT JOIN message_original o ON o.message_id = m.id WHERE m.ticket_id = :ticket_id AND m.id < :before ORDER BY m.id DESC LIMIT :limit

-- name: message_last_incoming :one
-- What a reply answers: the newest thing the customer said.
-- params: ticket_id i64
-- returns: id i64, inbox_id i64, external_id text?, author_id i64?, meta text?
SELECT id, inbox_id, external_id, author_id, meta FROM message WHERE ticket_id = :ticket_id AND kind = 1 ORDER BY id DESC LIMIT 1

-- name: message_refs :many
-- The last message keys of a ticket, for the References of an answer.
-- params: ticket_id i64, before i64, limit i64
-- returns: external_id text
SELECT external_id FROM message WHERE ticket_id = :ticket_id AND id < :before AND external_id IS NOT NULL AND kind IN (1, 2) ORDER BY id DESC LIMIT :limit

-- name: message_state :exec
-- From one state to another; touches no row if it is not in `was`.
-- params: id i64, was i64, state i64, state_text text?, sent_at i64?
UPDATE message SET state = :state, state_text = :state_text, sent_at = COALESCE(:sent_at, sent_at) WHERE id = :id AND state = :was

-- name: attachment_insert :exec
-- params: message_id i64, n i64, token text, hash text, name text, type text, bytes i64, content_id text?, is_inline bool
INSERT INTO attachment (message_id, n, token, hash, name, type, bytes, content_id, is_inline)
VALUES (:message_id, :n, :token, :hash, :name, :type, :bytes, :content_id, :is_inline)

-- name: attachment_list :many
-- params: message_ids i64[]
-- returns: message_id i64, n i64, token text, hash text, name text, type text, bytes i64, content_id text?, is_inline bool
SELECT message_id, n, token, hash, name, type, bytes, content_id, is_inline FROM attachment
 WHERE message_id IN (SELECT value FROM json_each(:message_ids)) ORDER BY message_id, n
-- name: attachment_list (pg)
SELECT message_id, n, token, hash, name, type, bytes, content_id, is_inline FROM attachment
 WHERE message_id = ANY (:message_ids) ORDER BY message_id, n

-- name: attachment_by_token :one
-- params: token text
-- returns: message_id i64, hash text, name text, type text, bytes i64
SELECT message_id, hash, name, type, bytes FROM attachment WHERE token = :token

-- name: upload_insert :exec
-- params: token text, hash text, name text, type text, bytes i64, owner text, now i64
INSERT INTO upload (token, hash, name, type, bytes, owner, created_at) VALUES (:token, :hash, :name, :type, :bytes, :owner, :now)

-- name: upload_take :one
-- params: token text, owner text
-- returns: hash text, name text, type text, bytes i64
DELETE FROM upload WHERE token = :token AND owner = :owner RETURNING hash, name, type, bytes

-- name: upload_delete_old :exec
-- params: before i64
DELETE FROM upload WHERE created_at < :before

-- name: message_index :exec
-- engine: sqlite
-- params: id i64, text text, subject text?
INSERT INTO message_fts (rowid, text, subject) VALUES (:id, :text, :subject)

-- name: message_index_pg :exec
-- engine: pg
-- params: id i64, text text, subject text?
UPDATE message SET search = to_tsvector('simple', :text || ' ' || COALESCE(:subject, '')) WHERE id = :id

-- name: message_search :many
-- engine: sqlite
-- params: match text, before i64, limit i64, inbox_ids i64[]
-- returns: id i64
SELECT rowid AS id FROM message_fts WHERE message_fts MATCH :match AND rowid < :before
--[ in_inboxes
   AND (SELECT m.inbox_id FROM message m WHERE m.id = message_fts.rowid) IN (:inbox_ids)
--]
 ORDER BY rowid DESC LIMIT :limit

-- name: message_search_pg :many
-- engine: pg
-- params: match text, before i64, limit i64, inbox_ids i64[]
-- returns: id i64
SELECT id FROM message WHERE search @@ to_tsquery('simple', :match) AND id < :before
--[ in_inboxes
   AND inbox_id IN (:inbox_ids)
--]
 ORDER BY id DESC LIMIT :limit

-- name: message_hits :many
-- What a list of found messages shows.
-- params: ids i64[]
-- returns: id i64, ticket_id i64, inbox_id i64, kind i64, author_name text, text text, created_at i64, subject text, number i64
SELECT m.id, m.ticket_id, m.inbox_id, m.kind, m.author_name, m.text, m.created_at, t.subject, t.number
  FROM message m JOIN ticket t ON t.id = m.ticket_id
 WHERE m.id IN (SELECT value FROM json_each(:ids)) AND t.bucket <> 9 ORDER BY m.id DESC
-- name: message_hits (pg)
SELECT m.id, m.ticket_id, m.inbox_id, m.kind, m.author_name, m.text, m.created_at, t.subject, t.number
  FROM message m JOIN ticket t ON t.id = m.ticket_id
 WHERE m.id = ANY (:ids) AND t.bucket <> 9 ORDER BY m.id DESC

-- name: message_tickets :many
-- params: ids i64[]
-- returns: ticket_id i64
SELECT DISTINCT ticket_id FROM message WHERE id IN (SELECT value FROM json_each(:ids))
-- name: message_tickets (pg)
SELECT DISTINCT ticket_id FROM message WHERE id = ANY (:ids)

-- name: message_address :one
-- Where an answer to this message goes: its author's identity on its inbox.
-- params: id i64
-- returns: address text, name text, external_id text?
SELECT i.external_id AS address, c.name, m.external_id
  FROM message m
  JOIN identity i ON i.contact_id = m.author_id AND i.inbox_id = m.inbox_id
  JOIN contact c ON c.id = m.author_id
 WHERE m.id = :id AND m.kind = 1 ORDER BY i.created_at LIMIT 1

-- name: message_context :one
-- The newest of a ticket that the channel sent something with: the last twenty are looked at.
-- scan ok: walks those twenty
-- params: ticket_id i64
-- returns: context text
SELECT context FROM (SELECT id, context FROM message WHERE ticket_id = :ticket_id ORDER BY id DESC LIMIT 20) m
 WHERE context IS NOT NULL ORDER BY id DESC LIMIT 1

-- name: message_words :many
-- What customers said, newest first.
-- params: before i64, limit i64
-- returns: id i64, text text
SELECT id, substr(text, 1, 16384) AS text FROM message WHERE id < :before AND kind = 1 AND text <> '' ORDER BY id DESC LIMIT :limit
