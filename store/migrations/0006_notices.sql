-- Who is to be told what. The text and the address are found when it is sent.
CREATE TABLE vangnet.notices (
    notice_id    text NOT NULL,
    ordinal      bigint GENERATED ALWAYS AS IDENTITY, -- the order of sending
    case_id      text NOT NULL,
    number       integer NOT NULL, -- the event that it is about
    party        text NOT NULL,
    contact      text NOT NULL,
    kind         text NOT NULL,
    task         text,
    rung         text,
    due_at       timestamptz,
    link         text,
    code         text,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    attempts     integer NOT NULL DEFAULT 0, -- counted before sending
    sent_at      timestamptz,
    failed_code  text, -- why it will never arrive
    failure_told integer, -- the event that told the case so
    CONSTRAINT notices_pkey PRIMARY KEY (notice_id),
    CONSTRAINT notices_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
) WITH (fillfactor = 85);

CREATE INDEX notices_of_case ON vangnet.notices (case_id, ordinal);
CREATE INDEX notices_unsent ON vangnet.notices (created_at) WHERE sent_at IS NULL AND failed_code IS NULL;

-- What a person without a login holds; the token itself is nowhere.
CREATE TABLE vangnet.links (
    token_hash bytea NOT NULL,
    notice_id  text NOT NULL,
    case_id    text NOT NULL,
    party      text NOT NULL,
    purpose    text NOT NULL,
    number     integer NOT NULL, -- the event that asked
    expires_at timestamptz NOT NULL, -- by the case's own clock
    used_at    timestamptz,
    used_for   text, -- the message that used it
    CONSTRAINT links_pkey PRIMARY KEY (token_hash),
    CONSTRAINT links_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE INDEX links_of_case ON vangnet.links (case_id);
