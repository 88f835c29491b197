-- Asked by doctor alone, never by a screen.

-- name: doctor_attachment_blobs :many
-- params: after text, limit i64
-- returns: hash text
SELECT DISTINCT hash FROM attachment WHERE hash > :after ORDER BY hash LIMIT :limit

-- name: doctor_message_blobs :many
-- params: after i64, limit i64
-- returns: id i64, hash text
SELECT id, raw_hash AS hash FROM message WHERE id > :after AND raw_hash IS NOT NULL ORDER BY id LIMIT :limit

-- name: doctor_spool_blobs :many
-- What is done or dismissed may be swept.
-- params: after i64, limit i64
-- returns: id i64, hash text
SELECT id, hash FROM spool WHERE id > :after AND state IN (1, 3) ORDER BY id LIMIT :limit

-- name: doctor_ticket_strays :one
-- Tickets without a message, messages without a ticket, tickets without a contact.
-- scan ok: it looks at everything on purpose
-- returns: silent i64, homeless i64, nameless i64
SELECT (SELECT COUNT(*) FROM ticket t WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = t.id)) AS silent,
       (SELECT COUNT(*) FROM message m WHERE NOT EXISTS (SELECT 1 FROM ticket t WHERE t.id = m.ticket_id)) AS homeless,
       (SELECT COUNT(*) FROM ticket t WHERE NOT EXISTS (SELECT 1 FROM contact c WHERE c.id = t.contact_id)) AS nameless

-- name: doctor_spool_states :one
-- returns: waiting i64, quarantine i64
SELECT (SELECT COUNT(*) FROM spool WHERE state = 1) AS waiting, (SELECT COUNT(*) FROM spool WHERE state = 3) AS quarantine

-- name: doctor_unknown_sends :one
-- Replies that may or may not have gone out, and wait for a person.
-- scan ok: it looks at every message on purpose
-- returns: n i64
SELECT COUNT(*) AS n FROM message WHERE kind = 2 AND state = 8

-- name: doctor_on_call :one
-- Whom P1 calls, and whether the desk is more than a demo.
-- scan ok: tens of agents and inboxes
-- returns: n i64, admins i64
SELECT (SELECT COUNT(*) FROM on_call o JOIN agent a ON a.id = o.agent_id
         WHERE a.is_active = 1 AND a.is_demo = 0 AND a.password_hash IS NOT NULL) AS n,
       (SELECT COUNT(*) FROM agent
         WHERE role = 'admin' AND is_active = 1 AND is_demo = 0 AND password_hash IS NOT NULL) AS admins

-- name: doctor_leases :many
-- Who holds what, and until when; what was given back is left out.
-- scan ok: a lease an inbox
-- returns: name text, node i64, expires_at i64
SELECT name, node, expires_at FROM lease WHERE expires_at > 0 ORDER BY name

-- name: doctor_nodes :many
-- The numbers that are taken by a row, by a lock, or by both as it should be (store/lease.c).
-- now_ms is the server's, as lease_until is.
-- scan ok: 16 rows and the server's locks
-- engine: pg
-- returns: n i64, holder text, lease_until i64, now_ms i64, is_locked bool
SELECT * FROM (
  SELECT n.n, n.holder, n.lease_until, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms,
         EXISTS (SELECT 1 FROM pg_locks k
                  WHERE k.locktype = 'advisory' AND k.classid = 73058 AND k.objid = n.n AND k.granted
                    AND k.database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS is_locked
    FROM node n) t
 WHERE t.holder <> '' OR t.is_locked ORDER BY t.n
