-- Who was told of a P1, when the next one is, and how it ended; one open page a ticket.
ALTER TABLE page ADD COLUMN call_at {{i64}} NOT NULL DEFAULT 0;  -- when the next person is told
ALTER TABLE page ADD COLUMN ended {{i64}} NOT NULL DEFAULT 0;    -- desk/page.h: 0 open
ALTER TABLE page ADD COLUMN acked_name TEXT;                     -- of acked_by, as it was then
CREATE TABLE page_call (
    page_id  {{i64}} NOT NULL,
    n        {{i64}} NOT NULL,                -- from 1
    agent_id {{i64}} NOT NULL,
    at       {{i64}} NOT NULL,
    PRIMARY KEY (page_id, n)
);
UPDATE page SET acked_at = created_at WHERE acked_at IS NULL
   AND EXISTS (SELECT 1 FROM page p WHERE p.ticket_id = page.ticket_id AND p.acked_at IS NULL AND p.id > page.id);
CREATE UNIQUE INDEX page_open_ticket ON page (ticket_id) WHERE acked_at IS NULL;
-- A desk that is there already is not left without: its first admin.
INSERT INTO on_call (position, agent_id)
SELECT 1, MIN(id) FROM agent
 WHERE role = 'admin' AND is_active = 1 AND is_demo = 0 AND password_hash IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM on_call)
HAVING MIN(id) IS NOT NULL;
