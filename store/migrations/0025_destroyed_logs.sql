-- What journal and access log no longer hold because its time was over. A chain then begins behind its cut: with the hash
-- that stands here, which a signed anchor knew at least five years ago. Nothing else makes a beginning lawful.
CREATE TABLE vangnet.cuts (
    log    text NOT NULL, -- journal, access_log
    scope  text NOT NULL,
    number integer NOT NULL, -- the last row that is gone
    hash   bytea NOT NULL, -- of that row
    rows   integer NOT NULL, -- how many went
    cut_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT cuts_pkey PRIMARY KEY (log, scope, number)
);

CREATE TRIGGER cuts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.cuts
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON vangnet.cuts FROM vangnet_app;

-- As before, but for the one way in which rows of a log may go. The application has no right to delete there.
CREATE OR REPLACE FUNCTION vangnet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('journal', 'access_log')
        AND current_setting('vangnet.cutting', true) = 'lawful' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END
$$;

-- Destroys the rows of a chain up to the last one that was anchored five years ago; returns how many, 0 when none is due.
-- Of a case all of it or nothing: its last row has to be as old, and no part of its file may be left.
CREATE FUNCTION vangnet.cut_log(of_log text, of_scope text) RETURNS integer
LANGUAGE plpgsql SET search_path = vangnet, pg_temp AS $$
DECLARE
    last record;
    head integer;
    gone integer;
BEGIN
    IF of_log = 'journal' THEN
        SELECT head_number INTO head FROM vangnet.cases WHERE case_id = of_scope FOR NO KEY UPDATE;
    ELSIF of_log = 'access_log' THEN
        SELECT number INTO head FROM vangnet.access_heads WHERE scope = of_scope FOR NO KEY UPDATE;
    END IF;
    SELECT known.number, known.hash INTO last
    FROM vangnet.anchor_heads AS known JOIN vangnet.anchors USING (anchor)
    WHERE known.log = of_log AND known.scope = of_scope AND anchors.taken_at < clock_timestamp() - interval '60 months'
    ORDER BY known.number DESC LIMIT 1;
    IF head IS NULL OR last IS NULL OR (of_scope <> '-' AND last.number < head)
        OR EXISTS (SELECT FROM keystore.data_keys AS kept WHERE kept.scope = of_scope)
        OR EXISTS (SELECT FROM vangnet.cuts AS cut WHERE (cut.log, cut.scope, cut.number) = (of_log, of_scope, last.number))
    THEN
        RETURN 0;
    END IF;
    IF of_log = 'journal' THEN
        DELETE FROM vangnet.journal WHERE case_id = of_scope AND number <= last.number;
    ELSE
        DELETE FROM vangnet.access_log AS entry WHERE entry.scope = of_scope AND entry.number <= last.number;
    END IF;
    GET DIAGNOSTICS gone = ROW_COUNT;
    INSERT INTO vangnet.cuts (log, scope, number, hash, rows) VALUES (of_log, of_scope, last.number, last.hash, gone);
    RETURN gone;
END
$$;

-- Says for that long and no longer that it is lawful. Of a function's own settings only a superuser may name ours, and the
-- owner of this database need not be one.
CREATE FUNCTION vangnet.destroy_log(of_log text, of_scope text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vangnet, pg_temp AS $$
DECLARE
    acting text := coalesce(current_setting('vangnet.acting', true), '');
    gone integer;
BEGIN
    PERFORM set_config('vangnet.cutting', 'lawful', true), set_config('vangnet.acting', 'system', true);
    gone := vangnet.cut_log(of_log, of_scope);
    PERFORM set_config('vangnet.cutting', '', true), set_config('vangnet.acting', acting, true);
    RETURN gone;
END
$$;

REVOKE EXECUTE ON FUNCTION vangnet.cut_log FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION vangnet.destroy_log FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vangnet.destroy_log TO vangnet_app;
