-- What only the demo desk does to the tables: it arrives with a past, and it goes as a whole.

-- name: demo_ticket_finish :exec
-- An invented ticket is nobody's import, and was last touched when it last spoke.
-- params: id i64, linked_id i64?, is_automatic bool, updated_at i64
UPDATE ticket SET is_imported = 0, linked_id = :linked_id, is_automatic = :is_automatic, updated_at = :updated_at
 WHERE id = :id

-- name: demo_spool_age :exec
-- params: id i64, created_at i64
UPDATE spool SET created_at = :created_at WHERE id = :id

-- name: demo_inbox_list :many
-- scan ok: tens of inboxes
-- returns: id i64
SELECT id FROM inbox WHERE is_demo = 1

-- name: demo_inbox_close :exec
-- Nothing more comes in while it goes.
-- params: id i64
UPDATE inbox SET is_active = 0, rev = rev + 1 WHERE id = :id AND is_active = 1

-- name: demo_ticket_some :many
-- params: inbox_id i64, limit i64
-- returns: id i64
SELECT id FROM ticket WHERE inbox_id = :inbox_id LIMIT :limit

-- name: demo_message_of :many
-- params: ticket_ids i64[]
-- returns: id i64
SELECT id FROM message WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_message_of (pg)
SELECT id FROM message WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_html_drop :exec
-- params: ids i64[]
DELETE FROM message_html WHERE message_id IN (SELECT value FROM json_each(:ids))
-- name: demo_html_drop (pg)
DELETE FROM message_html WHERE message_id = ANY (:ids)

-- name: demo_attachment_drop :exec
-- params: ids i64[]
DELETE FROM attachment WHERE message_id IN (SELECT value FROM json_each(:ids))
-- name: demo_attachment_drop (pg)
DELETE FROM attachment WHERE message_id = ANY (:ids)

-- name: demo_job_drop :exec
-- Sends and snoozes of what goes. Ids are unique over messages and tickets.
-- scan ok: once, and jobs are few
-- params: ids i64[]
DELETE FROM job WHERE subject_id IN (SELECT value FROM json_each(:ids))
-- name: demo_job_drop (pg)
DELETE FROM job WHERE subject_id = ANY (:ids)

-- name: demo_message_drop :exec
-- params: ids i64[]
DELETE FROM message WHERE id IN (SELECT value FROM json_each(:ids))
-- name: demo_message_drop (pg)
DELETE FROM message WHERE id = ANY (:ids)

-- name: demo_tag_drop :exec
-- params: ticket_ids i64[]
DELETE FROM ticket_tag WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_tag_drop (pg)
DELETE FROM ticket_tag WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_draft_drop :exec
-- params: ticket_ids i64[]
DELETE FROM draft WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_draft_drop (pg)
DELETE FROM draft WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_seen_drop :exec
-- scan ok: agents are tens; each is looked up with the tickets
-- params: ticket_ids i64[]
DELETE FROM seen WHERE agent_id IN (SELECT id FROM agent)
   AND ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_seen_drop (pg)
DELETE FROM seen WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_participant_drop :exec
-- params: ticket_ids i64[]
DELETE FROM participant WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_participant_drop (pg)
DELETE FROM participant WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_fact_drop :exec
-- params: ticket_ids i64[]
DELETE FROM ticket_fact WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_fact_drop (pg)
DELETE FROM ticket_fact WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_page_call_drop :exec
-- params: ticket_ids i64[]
DELETE FROM page_call WHERE page_id IN (SELECT id FROM page WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids)))
-- name: demo_page_call_drop (pg)
DELETE FROM page_call WHERE page_id IN (SELECT id FROM page WHERE ticket_id = ANY (:ticket_ids))

-- name: demo_page_drop :exec
-- params: ticket_ids i64[]
DELETE FROM page WHERE ticket_id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_page_drop (pg)
DELETE FROM page WHERE ticket_id = ANY (:ticket_ids)

-- name: demo_reading_drop :exec
-- params: ids i64[]
DELETE FROM reading WHERE message_id IN (SELECT value FROM json_each(:ids))
-- name: demo_reading_drop (pg)
DELETE FROM reading WHERE message_id = ANY (:ids)

-- name: demo_verdict_drop :exec
-- params: ids i64[]
DELETE FROM verdict WHERE message_id IN (SELECT value FROM json_each(:ids))
-- name: demo_verdict_drop (pg)
DELETE FROM verdict WHERE message_id = ANY (:ids)

-- name: demo_original_drop :exec
-- params: ids i64[]
DELETE FROM message_original WHERE message_id IN (SELECT value FROM json_each(:ids))
-- name: demo_original_drop (pg)
DELETE FROM message_original WHERE message_id = ANY (:ids)

-- name: demo_ticket_drop :exec
-- params: ticket_ids i64[]
DELETE FROM ticket WHERE id IN (SELECT value FROM json_each(:ticket_ids))
-- name: demo_ticket_drop (pg)
DELETE FROM ticket WHERE id = ANY (:ticket_ids)

-- name: demo_count_drop :exec
-- All tickets of the inbox are gone, so are its counts.
-- scan ok: the counts are hundreds of rows
-- params: inbox_id i64
DELETE FROM ticket_count WHERE inbox_id = :inbox_id

-- name: demo_count_delta_drop :exec
-- engine: pg
-- params: inbox_id i64
DELETE FROM ticket_count_delta WHERE inbox_id = :inbox_id

-- name: demo_topic_drop :exec
-- scan ok: the counts are hundreds of rows
-- params: inbox_id i64
DELETE FROM category_count WHERE inbox_id = :inbox_id

-- name: demo_topic_delta_drop :exec
-- engine: pg
-- params: inbox_id i64
DELETE FROM category_count_delta WHERE inbox_id = :inbox_id

-- name: demo_week_drop :exec
-- params: inbox_id i64
DELETE FROM triage_week WHERE inbox_id = :inbox_id

-- name: demo_identity_some :many
-- params: inbox_id i64, limit i64
-- returns: external_id text, contact_id i64
SELECT external_id, contact_id FROM identity WHERE inbox_id = :inbox_id LIMIT :limit

-- name: demo_identity_drop :exec
-- params: inbox_id i64, external_id text
DELETE FROM identity WHERE inbox_id = :inbox_id AND external_id = :external_id

-- name: demo_contact_drop :exec
-- Only one whom nothing else knows.
-- params: id i64
DELETE FROM contact WHERE id = :id
   AND NOT EXISTS (SELECT 1 FROM identity i WHERE i.contact_id = :id)
   AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.contact_id = :id)

-- name: demo_spool_drop :exec
-- params: inbox_id i64
DELETE FROM spool WHERE inbox_id = :inbox_id

-- name: demo_note_drop :exec
-- params: inbox_id i64
DELETE FROM inbox_note WHERE inbox_id = :inbox_id

-- name: demo_inbox_drop :exec
-- params: id i64
DELETE FROM inbox WHERE id = :id

-- name: demo_inbox_members_drop :exec
-- scan ok: some agents, some inboxes
-- params: id i64
DELETE FROM agent_inbox WHERE inbox_id = :id

-- name: demo_agent_list :many
-- scan ok: tens of agents
-- returns: id i64
SELECT id FROM agent WHERE is_demo = 1

-- name: demo_agent_ticket :one
-- A ticket of a real inbox that an invented agent was given.
-- params: agent_id i64
-- returns: id i64
SELECT id FROM ticket WHERE assignee_id = :agent_id LIMIT 1

-- name: demo_agent_rows_drop :exec
-- params: id i64
DELETE FROM session WHERE agent_id = :id

-- name: demo_agent_seen_drop :exec
-- params: id i64
DELETE FROM seen WHERE agent_id = :id

-- name: demo_agent_draft_drop :exec
-- scan ok: drafts are few
-- params: id i64
DELETE FROM draft WHERE agent_id = :id

-- name: demo_agent_team_drop :exec
-- scan ok: some agents, some teams
-- params: id i64
DELETE FROM team_member WHERE agent_id = :id

-- name: demo_agent_on_call_drop :exec
-- scan ok: the few who are on call
-- params: id i64
DELETE FROM on_call WHERE agent_id = :id

-- name: demo_agent_drop :exec
-- params: id i64
DELETE FROM agent WHERE id = :id AND is_demo = 1

-- name: demo_team_drop :exec
-- A team made for the demo, unless somebody or something real has joined it.
-- scan ok: some agents, some teams, some inboxes
-- params: id i64
DELETE FROM team WHERE id = :id
   AND NOT EXISTS (SELECT 1 FROM team_member m WHERE m.team_id = :id)
   AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.team_id = :id)
   AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.team_id = :id)

-- name: demo_tag_unused :exec
-- params: name text
DELETE FROM tag WHERE name = :name
   AND NOT EXISTS (SELECT 1 FROM ticket_tag tt WHERE tt.tag_id = tag.id)
