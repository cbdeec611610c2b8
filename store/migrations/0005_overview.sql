-- Where each case stands now: what pages and lists read.
CREATE TABLE vangnet.overview (
    case_id          text NOT NULL,
    number           integer NOT NULL, -- the last event that is in it
    at               timestamptz NOT NULL, -- when that was, by the case's own clock
    clock_offset     interval NOT NULL DEFAULT '0', -- how far that clock is ahead of the wall's
    region           text NOT NULL,
    step             text NOT NULL,
    kinds            text[] NOT NULL,
    school           text NOT NULL,
    file_holder      text NOT NULL,
    coordinator      text NOT NULL,
    process_director text NOT NULL,
    escalation       text NOT NULL,
    safety           text NOT NULL,
    organisations    text[] NOT NULL,
    due_task         text,
    due_at           timestamptz,
    state            jsonb NOT NULL,
    CONSTRAINT overview_pkey PRIMARY KEY (case_id),
    CONSTRAINT overview_case_fkey FOREIGN KEY (case_id) REFERENCES vangnet.cases
) WITH (fillfactor = 85, toast_tuple_target = 256); -- lists and counts do not read the state

CREATE INDEX overview_by_due ON vangnet.overview ((coalesce(due_at, 'infinity')), case_id);
CREATE INDEX overview_by_step ON vangnet.overview (step, (coalesce(due_at, 'infinity')), case_id)
    INCLUDE (due_at, clock_offset);
CREATE INDEX overview_by_organisation ON vangnet.overview USING gin (organisations);
CREATE INDEX overview_moved ON vangnet.overview (case_id) WHERE clock_offset > '0';
