-- The people of one inbox, newest first: what an agent or key of some inboxes pages through.
CREATE INDEX identity_inbox ON identity (inbox_id, contact_id);
