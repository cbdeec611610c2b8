-- What a member of staff has typed of a new signal so far. Only they read it; after a fortnight it is gone.
CREATE TABLE vangnet.drafts (
    draft_id     text NOT NULL,
    organisation text NOT NULL,
    staff_id     text NOT NULL,
    place        text NOT NULL, -- how far it has come; tells nothing of what was typed
    revision     integer NOT NULL DEFAULT 1,
    sealed       bytea NOT NULL,
    begun_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT drafts_pkey PRIMARY KEY (draft_id)
);

CREATE INDEX drafts_of_staff ON vangnet.drafts (staff_id);
CREATE INDEX drafts_by_age ON vangnet.drafts (changed_at);
