-- What was shielded and destroyed of closed cases: what, when, why, by which rule. Nobody's data stands here, and the
-- rows outlive the case they are about. What is shielded is read off from here, too.
CREATE TABLE vangnet.retention_log (
    entry      bigint GENERATED ALWAYS AS IDENTITY,
    region     text NOT NULL,
    case_id    text NOT NULL,
    part       text NOT NULL, -- school, coordinator, zvh; of the workflow's history 'history'
    act        text NOT NULL,
    rule       text NOT NULL, -- of the region's settings, or 'request'
    since      text,
    started_on date,
    due_on     date,
    request_id text, -- of who asked for it
    role       text NOT NULL, -- as what somebody did it; 'system' for the schedule
    user_id    text,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT retention_log_pkey PRIMARY KEY (case_id, part, act),
    CONSTRAINT retention_log_act_check CHECK (act IN ('shield', 'destroy'))
);

CREATE INDEX retention_log_of_region ON vangnet.retention_log (region, entry DESC);

CREATE TRIGGER retention_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vangnet.retention_log
    FOR EACH STATEMENT EXECUTE FUNCTION vangnet.refuse_change();

-- When a pupil left the school: the school's period counts from there. A date that is told again replaces the first.
CREATE TABLE vangnet.departures (
    case_id  text NOT NULL,
    left_on  date NOT NULL,
    role     text NOT NULL, -- of who told it
    user_id  text,
    told_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT departures_pkey PRIMARY KEY (case_id),
    CONSTRAINT departures_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
);

-- The closed cases of a region, walked each night.
CREATE INDEX overview_closed ON vangnet.overview (region, case_id) WHERE step = 'closed';
