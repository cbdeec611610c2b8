-- What happened, for ever: rows are added and never changed.
CREATE TABLE vangnet.journal (
    case_id     text NOT NULL,
    number      integer NOT NULL,
    at          timestamptz NOT NULL, -- the case's own clock
    written_at  timestamptz NOT NULL DEFAULT clock_timestamp(), -- the wall clock
    actor       jsonb NOT NULL,
    message_id  text,
    told_digest text, -- of the message
    note_id     text,
    name        text NOT NULL,
    data        jsonb NOT NULL,
    digest      bytea NOT NULL, -- of the row's content
    prev_hash   bytea NOT NULL,
    hash        bytea NOT NULL, -- sha256(prev_hash, digest, written_at in microseconds)
    CONSTRAINT journal_pkey PRIMARY KEY (case_id, number),
    CONSTRAINT journal_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

-- Every look at personal data, chained for each scope: a case, or '-' for what is about no case.
CREATE TABLE vangnet.access_log (
    scope        text NOT NULL,
    number       integer NOT NULL,
    at           timestamptz NOT NULL,
    written_at   timestamptz NOT NULL,
    role         text NOT NULL,
    organisation text,
    user_id      text,
    person       text,
    os_user      text,
    what         text NOT NULL,
    purpose      text NOT NULL,
    digest       bytea NOT NULL,
    hash         bytea NOT NULL,
    CONSTRAINT access_log_pkey PRIMARY KEY (scope, number)
);

CREATE TABLE vangnet.access_heads (
    scope  text NOT NULL,
    number integer NOT NULL,
    hash   bytea NOT NULL,
    CONSTRAINT access_heads_pkey PRIMARY KEY (scope)
) WITH (fillfactor = 85);

CREATE FUNCTION vangnet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END
$$;

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.journal
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.access_log
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();
