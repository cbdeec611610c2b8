-- The rest of what NEN 7513 asks for. Null in rows from before; a digest leaves out what is null.
ALTER TABLE vangnet.access_log
    ADD COLUMN event        text, -- read, search, export, ...
    ADD COLUMN subject      text, -- whose part of the file: persons of the case; null for all of them
    ADD COLUMN on_behalf    text, -- who is responsible, when that is somebody else
    ADD COLUMN access_point text, -- web, cli, link, ...
    ADD COLUMN basis        text, -- consent, legal basis, the school's own file, ...
    ADD COLUMN emergency    boolean,
    ADD COLUMN outcome      text;

CREATE INDEX access_log_by_time ON vangnet.access_log (written_at, scope, number);
