-- What functional administrators changed of a region: rows are added and never changed. Nobody's data stands here.
CREATE TABLE vangnet.directory_changes (
    change       bigint GENERATED ALWAYS AS IDENTITY,
    region       text NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    organisation text, -- of who changed it
    user_id      text,
    subject      text NOT NULL, -- an organisation, or 'policy'
    field        text NOT NULL,
    old          text, -- neither old nor new where they are personal data
    new          text,
    CONSTRAINT directory_changes_pkey PRIMARY KEY (change)
);

CREATE INDEX directory_changes_of_region ON vangnet.directory_changes (region, change DESC);

CREATE TRIGGER directory_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.directory_changes
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();
