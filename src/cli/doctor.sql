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
