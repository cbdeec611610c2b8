-- What the people in a case asked for under the law: access, correction, objection, erasure.
CREATE TABLE vangnet.rights_requests (
    request_id  text NOT NULL,
    region      text NOT NULL,
    case_id     text NOT NULL,
    kind        text NOT NULL,
    subject     text NOT NULL, -- whose data: a person in the case
    requester   text NOT NULL, -- who asked: the same, or a parent
    parts       text[] NOT NULL, -- which controllers answer
    received_on date NOT NULL,
    due_on      date NOT NULL,
    extension   text, -- why there is more time
    state       text NOT NULL DEFAULT 'open',
    ground      text, -- why it was refused
    chosen      text[] NOT NULL DEFAULT '{}', -- the notes that are handed out with an access request
    entered_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    decided_at  timestamptz,
    CONSTRAINT rights_requests_pkey PRIMARY KEY (request_id),
    CONSTRAINT rights_requests_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases,
    CONSTRAINT rights_requests_state_check CHECK (state IN ('open', 'granted', 'refused', 'withdrawn'))
);

CREATE INDEX rights_requests_open ON vangnet.rights_requests (region, due_on) WHERE state = 'open';
CREATE INDEX rights_requests_of_case ON vangnet.rights_requests (case_id);

-- Each step of handling one: rows are added and never changed. A corrected field stands here, never its values.
CREATE TABLE vangnet.rights_steps (
    request_id   text NOT NULL,
    number       integer NOT NULL,
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    role         text NOT NULL,
    organisation text,
    user_id      text,
    what         text NOT NULL,
    code         text,
    CONSTRAINT rights_steps_pkey PRIMARY KEY (request_id, number),
    CONSTRAINT rights_steps_request_fkey FOREIGN KEY (request_id) REFERENCES vangnet.rights_requests
);

CREATE TRIGGER rights_steps_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.rights_steps
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();

-- What somebody wants to stand in the file beside what stands there.
CREATE TABLE vangnet.statements (
    request_id text NOT NULL,
    case_id    text NOT NULL,
    controller text NOT NULL,
    person     text NOT NULL,
    sealed     bytea NOT NULL,
    added_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT statements_pkey PRIMARY KEY (request_id),
    CONSTRAINT statements_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

CREATE INDEX statements_of_case ON vangnet.statements (case_id);

-- Behind the wall (0015): whoever looks at a case finds none of them, whatever they read beside.
CREATE POLICY by_system ON vangnet.statements
    USING (current_setting('vangnet.acting', true) = 'system');
ALTER TABLE vangnet.statements ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
