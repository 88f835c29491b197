-- Search: the store's own index, newest first. rowid is the message's or the contact's id.
-- only sqlite
CREATE VIRTUAL TABLE message_fts USING fts5 (text, subject, content='', tokenize='unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE contact_fts USING fts5 (text, prefix='2 3', tokenize='unicode61 remove_diacritics 2');
-- only pg
ALTER TABLE message ADD COLUMN search tsvector;
CREATE INDEX message_search ON message USING gin (search) WITH (fastupdate = on);
ALTER TABLE contact ADD COLUMN search tsvector;
CREATE INDEX contact_search ON contact USING gin (search);
-- end
