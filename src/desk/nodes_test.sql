-- name: test_rows :one
-- params: inbox_id i64
-- returns: contacts i64, tickets i64, messages i64, counted i64, per_ticket i64
-- scan ok: a test
SELECT (SELECT COUNT(*) FROM contact) AS contacts,
       (SELECT COUNT(*) FROM ticket) AS tickets,
       (SELECT COUNT(*) FROM message WHERE inbox_id = :inbox_id) AS messages,
       (SELECT COALESCE(SUM(n), 0) FROM ticket_count) AS counted,
       (SELECT MAX(messages) FROM ticket) AS per_ticket
-- name: test_rows (pg)
SELECT (SELECT COUNT(*) FROM contact) AS contacts,
       (SELECT COUNT(*) FROM ticket) AS tickets,
       (SELECT COUNT(*) FROM message WHERE inbox_id = :inbox_id) AS messages,
       (SELECT COALESCE(SUM(n), 0) FROM ticket_count)
       + (SELECT COALESCE(SUM(n), 0) FROM ticket_count_delta) AS counted,
       (SELECT MAX(messages) FROM ticket) AS per_ticket
