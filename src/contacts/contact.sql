-- name: contact_by_identity :one
-- Who is this on this inbox?
-- params: inbox_id i64, external_id text
-- returns: id i64, name text, email text?, phone text?, locale text?, attributes text?, state i64
SELECT c.id, c.name, c.email, c.phone, c.locale, c.attributes, i.state
  FROM identity i JOIN contact c ON c.id = i.contact_id
 WHERE i.inbox_id = :inbox_id AND i.external_id = :external_id

-- name: contact_lock :one
-- Hold the contact until the end of the transaction, so that two nodes do not both open its
-- first ticket. (SQLite has one writer.)
-- params: id i64
-- returns: name text, email text?, phone text?, locale text?, attributes text?
SELECT name, email, phone, locale, attributes FROM contact WHERE id = :id
-- name: contact_lock (pg)
SELECT name, email, phone, locale, attributes FROM contact WHERE id = :id FOR UPDATE

-- name: contact_insert :exec
-- params: id i64, name text, email text?, phone text?, locale text?, attributes text?, now i64
INSERT INTO contact (id, name, email, phone, locale, attributes, created_at, updated_at)
VALUES (:id, :name, :email, :phone, :locale, :attributes, :now, :now)

-- name: contact_delete :exec
-- params: id i64
DELETE FROM contact WHERE id = :id

-- name: identity_insert :exec
-- 0 changed: somebody else was first.
-- params: inbox_id i64, external_id text, contact_id i64, state i64, now i64
INSERT INTO identity (inbox_id, external_id, contact_id, state, created_at)
VALUES (:inbox_id, :external_id, :contact_id, :state, :now) ON CONFLICT (inbox_id, external_id) DO NOTHING

-- name: identity_raise :exec
-- A state only rises: claimed does not take verified away.
-- params: inbox_id i64, external_id text, state i64
UPDATE identity SET state = :state WHERE inbox_id = :inbox_id AND external_id = :external_id AND state < :state

-- name: contact_update :exec
-- params: id i64, name text, email text?, phone text?, locale text?, attributes text?, now i64
UPDATE contact SET name = :name, email = :email, phone = :phone, locale = :locale, attributes = :attributes,
       updated_at = :now, rev = rev + 1
 WHERE id = :id

-- name: contact_get :one
-- params: id i64
-- returns: id i64, name text, email text?, phone text?, locale text?, attributes text?, created_at i64, updated_at i64, rev i64
SELECT id, name, email, phone, locale, attributes, created_at, updated_at, rev FROM contact WHERE id = :id

-- name: contact_page :many
-- params: before i64, limit i64
-- returns: id i64, name text, email text?, phone text?, locale text?, attributes text?, created_at i64, updated_at i64, rev i64
SELECT id, name, email, phone, locale, attributes, created_at, updated_at, rev
  FROM contact WHERE id < :before ORDER BY id DESC LIMIT :limit

-- name: contact_page_inbox :many
-- The newest people of one inbox; the caller merges inboxes.
-- params: inbox_id i64, before i64, limit i64
-- returns: id i64
SELECT DISTINCT contact_id AS id FROM identity
 WHERE inbox_id = :inbox_id AND contact_id < :before ORDER BY contact_id DESC LIMIT :limit

-- name: contact_list :many
-- params: ids i64[]
-- returns: id i64, name text, email text?, phone text?, locale text?, attributes text?, created_at i64, updated_at i64, rev i64
SELECT id, name, email, phone, locale, attributes, created_at, updated_at, rev
  FROM contact WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id DESC
-- name: contact_list (pg)
SELECT id, name, email, phone, locale, attributes, created_at, updated_at, rev
  FROM contact WHERE id = ANY (:ids) ORDER BY id DESC

-- name: identity_list :many
-- params: ids i64[]
-- returns: contact_id i64, inbox_id i64, external_id text, state i64, channel text
SELECT i.contact_id, i.inbox_id, i.external_id, i.state, b.channel
  FROM identity i JOIN inbox b ON b.id = i.inbox_id
 WHERE i.contact_id IN (SELECT value FROM json_each(:ids)) ORDER BY i.contact_id, i.created_at, i.inbox_id, i.external_id
-- name: identity_list (pg)
SELECT i.contact_id, i.inbox_id, i.external_id, i.state, b.channel
  FROM identity i JOIN inbox b ON b.id = i.inbox_id
 WHERE i.contact_id = ANY (:ids) ORDER BY i.contact_id, i.created_at, i.inbox_id, i.external_id

-- name: contact_index :exec
-- engine: sqlite
-- params: id i64, text text
INSERT OR REPLACE INTO contact_fts (rowid, text) VALUES (:id, :text)

-- name: contact_index_pg :exec
-- engine: pg
-- params: id i64, text text
UPDATE contact SET search = to_tsvector('simple', :text) WHERE id = :id

-- name: contact_search :many
-- engine: sqlite
-- params: match text, before i64, limit i64, inbox_ids i64[]
-- returns: id i64
SELECT rowid AS id FROM contact_fts WHERE contact_fts MATCH :match AND rowid < :before
--[ in_inboxes
   AND EXISTS (SELECT 1 FROM identity i WHERE i.contact_id = contact_fts.rowid AND +i.inbox_id IN (:inbox_ids))
--]
 ORDER BY rowid DESC LIMIT :limit

-- name: contact_search_pg :many
-- engine: pg
-- params: match text, before i64, limit i64, inbox_ids i64[]
-- returns: id i64
SELECT id FROM contact WHERE search @@ to_tsquery('simple', :match) AND id < :before
--[ in_inboxes
   AND EXISTS (SELECT 1 FROM identity i WHERE i.contact_id = contact.id AND i.inbox_id IN (:inbox_ids))
--]
 ORDER BY id DESC LIMIT :limit
