-- name: agent_insert :exec
-- params: id i64, email text, name text, role text, password_hash text?, locale text, sees_all bool, is_demo bool, now i64
INSERT INTO agent (id, email, name, role, password_hash, locale, sees_all, is_demo, created_at)
VALUES (:id, :email, :name, :role, :password_hash, :locale, :sees_all, :is_demo, :now)

-- name: agent_by_email :one
-- params: email text
-- returns: id i64, name text, role text, password_hash text?, is_active bool
SELECT id, name, role, password_hash, is_active FROM agent WHERE email = :email

-- name: agent_get :one
-- params: id i64
-- returns: id i64, email text, name text, role text, password_hash text?, locale text, settings text, sees_all bool, is_active bool, is_demo bool, created_at i64, rev i64
SELECT id, email, name, role, password_hash, locale, settings, sees_all, is_active, is_demo, created_at, rev
  FROM agent WHERE id = :id

-- name: agent_list :many
-- Everyone who works or worked here: a desk has tens to hundreds.
-- scan ok: the whole team is the answer
-- returns: id i64, email text, name text, role text, has_password bool, locale text, sees_all bool, is_active bool, is_demo bool, created_at i64, rev i64
SELECT id, email, name, role, CASE WHEN password_hash IS NULL THEN 0 ELSE 1 END AS has_password, locale, sees_all, is_active, is_demo, created_at, rev
  FROM agent ORDER BY id

-- name: agent_hold :many
-- Hold an agent and all admins who can sign in, in the order of their ids, until the end of the
-- transaction: each of two who take an admin away sees what the other did. (SQLite has one writer.)
-- scan ok: tens of agents
-- params: id i64
-- returns: id i64
SELECT id FROM agent
 WHERE id = :id OR (role = 'admin' AND is_active = 1 AND password_hash IS NOT NULL) ORDER BY id
-- name: agent_hold (pg)
SELECT id FROM agent
 WHERE id = :id OR (role = 'admin' AND is_active = 1 AND password_hash IS NOT NULL) ORDER BY id
   FOR NO KEY UPDATE

-- name: agent_update :exec
-- params: id i64, name text, role text, locale text, settings text, sees_all bool, is_active bool
UPDATE agent SET name = :name, role = :role, locale = :locale, settings = :settings, sees_all = :sees_all,
       is_active = :is_active, rev = rev + 1
 WHERE id = :id

-- name: agent_set_password :exec
-- params: id i64, password_hash text
UPDATE agent SET password_hash = :password_hash, rev = rev + 1 WHERE id = :id

-- name: agent_count_admins :one
-- Active admins with a password: the last one may not be taken away.
-- scan ok: tens of agents
-- returns: n i64
SELECT COUNT(*) AS n FROM agent WHERE role = 'admin' AND is_active = 1 AND password_hash IS NOT NULL

-- name: agent_inbox_list :many
-- params: agent_id i64
-- returns: inbox_id i64
SELECT inbox_id FROM agent_inbox WHERE agent_id = :agent_id ORDER BY inbox_id

-- name: agent_inbox_all :many
-- scan ok: agents times inboxes, small, the whole answer
-- returns: agent_id i64, inbox_id i64
SELECT agent_id, inbox_id FROM agent_inbox ORDER BY agent_id, inbox_id

-- name: agent_inbox_clear :exec
-- params: agent_id i64
DELETE FROM agent_inbox WHERE agent_id = :agent_id

-- name: agent_inbox_add :exec
-- params: agent_id i64, inbox_id i64
INSERT INTO agent_inbox (agent_id, inbox_id) VALUES (:agent_id, :inbox_id) ON CONFLICT (agent_id, inbox_id) DO NOTHING

-- name: session_insert :exec
-- params: hash blob, agent_id i64, csrf text, ip text, user_agent text, now i64, expires_at i64
INSERT INTO session (hash, agent_id, csrf, ip, user_agent, created_at, expires_at)
VALUES (:hash, :agent_id, :csrf, :ip, :user_agent, :now, :expires_at)

-- name: session_get :one
-- A live session and its agent.
-- params: hash blob, now i64
-- returns: agent_id i64, csrf text, name text, email text, role text, sees_all bool
SELECT s.agent_id, s.csrf, a.name, a.email, a.role, a.sees_all
  FROM session s JOIN agent a ON a.id = s.agent_id
 WHERE s.hash = :hash AND s.expires_at > :now AND a.is_active = 1

-- name: session_delete :exec
-- params: hash blob
DELETE FROM session WHERE hash = :hash

-- name: session_delete_of_agent :exec
-- params: agent_id i64
DELETE FROM session WHERE agent_id = :agent_id

-- name: session_delete_others :exec
-- params: agent_id i64, hash blob
DELETE FROM session WHERE agent_id = :agent_id AND hash <> :hash

-- name: session_delete_old :exec
-- params: now i64
DELETE FROM session WHERE expires_at <= :now

-- name: once_link_insert :exec
-- params: hash blob, kind text, agent_id i64?, expires_at i64
INSERT INTO once_link (hash, kind, agent_id, expires_at) VALUES (:hash, :kind, :agent_id, :expires_at)

-- name: once_link_take :one
-- Use a link up; no row if it was used, is too old or never was.
-- params: hash blob, kind text, now i64
-- returns: agent_id i64?
UPDATE once_link SET used_at = :now
 WHERE hash = :hash AND kind = :kind AND used_at IS NULL AND expires_at > :now
RETURNING agent_id

-- name: once_link_clear :exec
-- scan ok: a handful of open links
-- params: kind text, agent_id i64?
DELETE FROM once_link WHERE kind = :kind AND COALESCE(agent_id, 0) = COALESCE(:agent_id, 0)

-- name: once_link_clear_of :exec
-- scan ok: a handful of open links
-- params: agent_id i64
DELETE FROM once_link WHERE agent_id = :agent_id

-- name: once_link_open :one
-- scan ok: a handful of open links
-- params: kind text, agent_id i64, expires_after i64
-- returns: agent_id i64?
SELECT agent_id FROM once_link
 WHERE kind = :kind AND agent_id = :agent_id AND used_at IS NULL AND expires_at > :expires_after LIMIT 1

-- name: api_key_insert :exec
-- params: id i64, name text, hash blob, hint text, role text, inbox_id i64?, created_by i64?, now i64
INSERT INTO api_key (id, name, hash, hint, role, inbox_id, created_by, created_at)
VALUES (:id, :name, :hash, :hint, :role, :inbox_id, :created_by, :now)

-- name: api_key_by_hash :one
-- params: hash blob
-- returns: id i64, name text, role text, inbox_id i64?, last_used_at i64?
SELECT id, name, role, inbox_id, last_used_at FROM api_key WHERE hash = :hash AND revoked_at IS NULL

-- name: api_key_used :exec
-- params: id i64, now i64
UPDATE api_key SET last_used_at = :now WHERE id = :id

-- name: api_key_list :many
-- scan ok: tens of keys, the whole answer
-- returns: id i64, name text, hint text, role text, inbox_id i64?, created_at i64, last_used_at i64?, revoked_at i64?
SELECT id, name, hint, role, inbox_id, created_at, last_used_at, revoked_at FROM api_key ORDER BY id

-- name: api_key_revoke :exec
-- params: id i64, now i64
UPDATE api_key SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL

-- name: team_insert :exec
-- params: id i64, name text, now i64
INSERT INTO team (id, name, created_at) VALUES (:id, :name, :now)

-- name: team_get :one
-- params: id i64
-- returns: id i64, name text, created_at i64, rev i64
SELECT id, name, created_at, rev FROM team WHERE id = :id

-- name: team_by_name :one
-- params: name text
-- returns: id i64
SELECT id FROM team WHERE name = :name

-- name: team_list :many
-- scan ok: a handful of teams, the whole answer
-- returns: id i64, name text, created_at i64, rev i64
SELECT id, name, created_at, rev FROM team ORDER BY name

-- name: team_rename :exec
-- params: id i64, name text
UPDATE team SET name = :name, rev = rev + 1 WHERE id = :id

-- name: team_delete :exec
-- params: id i64
DELETE FROM team WHERE id = :id

-- name: team_leave_inboxes :exec
-- scan ok: tens of inboxes
-- params: id i64
UPDATE inbox SET team_id = NULL WHERE team_id = :id

-- name: team_member_all :many
-- scan ok: agents times teams, small, the whole answer
-- returns: team_id i64, agent_id i64
SELECT team_id, agent_id FROM team_member ORDER BY team_id, agent_id

-- name: team_member_clear :exec
-- params: team_id i64
DELETE FROM team_member WHERE team_id = :team_id

-- name: team_member_add :exec
-- params: team_id i64, agent_id i64
INSERT INTO team_member (team_id, agent_id) VALUES (:team_id, :agent_id) ON CONFLICT (team_id, agent_id) DO NOTHING

-- name: audit_insert :exec
-- params: id i64, at i64, actor_kind text, actor_id i64?, action text, object text, object_id i64?, detail text?, ip text?, request_id text?
INSERT INTO audit (id, at, actor_kind, actor_id, action, object, object_id, detail, ip, request_id)
VALUES (:id, :at, :actor_kind, :actor_id, :action, :object, :object_id, :detail, :ip, :request_id)

-- name: audit_list :many
-- Newest first.
-- params: before i64, limit i64
-- returns: id i64, at i64, actor_kind text, actor_id i64?, action text, object text, object_id i64?, detail text?, ip text?, request_id text?
SELECT id, at, actor_kind, actor_id, action, object, object_id, detail, ip, request_id
  FROM audit WHERE id < :before ORDER BY id DESC LIMIT :limit

-- name: idempotency_get :one
-- params: who text, key text
-- returns: fingerprint blob, status i64, body text, location text?
SELECT fingerprint, status, body, location FROM idempotency WHERE who = :who AND key = :key

-- name: idempotency_insert :exec
-- params: who text, key text, fingerprint blob, status i64, body text, location text?, now i64
INSERT INTO idempotency (who, key, fingerprint, status, body, location, created_at)
VALUES (:who, :key, :fingerprint, :status, :body, :location, :now)

-- name: idempotency_delete_old :exec
-- params: before i64
DELETE FROM idempotency WHERE created_at < :before

-- name: setting_get :one
-- params: name text
-- returns: value text
SELECT value FROM setting WHERE name = :name

-- name: setting_set :exec
-- params: name text, value text
INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value

-- name: setting_add :exec
-- Only if it is not there yet: tells who was first.
-- params: name text, value text
INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING

-- name: setting_delete :exec
-- params: name text
DELETE FROM setting WHERE name = :name
