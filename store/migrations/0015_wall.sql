-- The second wall behind protocol/access: who is not let in by the table of who sees what finds no row here either.
-- Whom it lets in is written with every recording by the protocol itself; no rule stands in SQL.

-- The role as which the application works. It owns nothing, so it cannot take the wall down. Where the owner of this
-- database may not create roles, somebody who may creates it before.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'vangnet_app') THEN
        CREATE ROLE vangnet_app NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server came first
END
$$;

-- Since version 16 who makes a role may not become it by that alone.
DO $$
BEGIN
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT vangnet_app TO %I', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN
    IF NOT pg_has_role(current_user, 'vangnet_app', 'MEMBER') THEN
        RAISE;
    END IF;
END
$$;

GRANT USAGE ON SCHEMA vangnet, keystore TO vangnet_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA vangnet, keystore TO vangnet_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA vangnet, keystore TO vangnet_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA vangnet, keystore GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO vangnet_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA vangnet, keystore GRANT USAGE, SELECT ON SEQUENCES TO vangnet_app;
REVOKE INSERT, UPDATE, DELETE ON vangnet.migrations FROM vangnet_app;
REVOKE UPDATE, DELETE ON vangnet.journal FROM vangnet_app;
REVOKE UPDATE, DELETE ON keystore.destroyed FROM vangnet_app; -- what was destroyed stays on the list

-- Of everybody who reads something of a case what that is: {"cjg:cjg": ["journal", "people", …], …}.
ALTER TABLE vangnet.overview ADD COLUMN readers jsonb NOT NULL DEFAULT '{}';

-- Which field of the protocol's table a note belongs to, and which organisation wrote it.
ALTER TABLE vangnet.notes ADD COLUMN field text, ADD COLUMN writer text;

-- Whoever acts says so in the transaction, by set_config('vangnet.acting', …, true): 'system' for carrying out the
-- protocol, otherwise as whom somebody looks. Nobody said: nothing is there.
-- Written out in each policy: a function would be called for every row.
CREATE POLICY by_system ON vangnet.people
    USING (current_setting('vangnet.acting', true) = 'system');
CREATE POLICY by_readers ON vangnet.people FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.overview AS shown
    WHERE shown.case_id = people.case_id
      AND shown.readers -> current_setting('vangnet.acting', true) ? 'people'
));

CREATE POLICY by_system ON vangnet.notes
    USING (current_setting('vangnet.acting', true) = 'system');
CREATE POLICY by_readers ON vangnet.notes FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.overview AS shown
    WHERE shown.case_id = notes.case_id
      AND (shown.readers -> current_setting('vangnet.acting', true) ? notes.field
        OR shown.readers -> current_setting('vangnet.acting', true) ? 'own_notes'
        AND notes.writer = split_part(current_setting('vangnet.acting', true), ':', 2))
));

CREATE POLICY by_system ON vangnet.hand_overs
    USING (current_setting('vangnet.acting', true) = 'system');
CREATE POLICY by_readers ON vangnet.hand_overs FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.overview AS shown
    WHERE shown.case_id = hand_overs.case_id
      AND shown.readers -> current_setting('vangnet.acting', true) ? 'hand_over'
));

CREATE POLICY by_system ON vangnet.journal
    USING (current_setting('vangnet.acting', true) = 'system');
CREATE POLICY by_readers ON vangnet.journal FOR SELECT USING (EXISTS (
    SELECT FROM vangnet.overview AS shown
    WHERE shown.case_id = journal.case_id
      AND shown.readers -> current_setting('vangnet.acting', true) ? 'journal'
));

ALTER TABLE vangnet.people ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE vangnet.notes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE vangnet.hand_overs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE vangnet.journal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
