-- Whose turn it is: everybody who has a deadline in the case, so that the work list asks for it by an index.
-- Cases that are there already get what the protocol said of them when this was written; from then on every
-- recording says it anew.
ALTER TABLE vangnet.overview ADD COLUMN due_owners text[] NOT NULL DEFAULT '{}';

UPDATE vangnet.overview AS shown SET due_owners = found.owners
FROM (
    SELECT case_id, array_agg(DISTINCT whose.party ORDER BY whose.party) AS owners
    FROM vangnet.overview, jsonb_array_elements(state -> 'deadlines') AS deadline, LATERAL (
        SELECT coalesce(CASE
            WHEN deadline ->> 'task' IN ('pupil_talk', 'parent_talk', 'ask_or_decide', 'school_decides', 'hand_over')
                THEN school
            WHEN deadline ->> 'task' IN ('consent_answer', 'partner_answer') THEN deadline ->> 'subject'
            WHEN deadline ->> 'task' = 'action' THEN (
                SELECT action ->> 'owner' FROM jsonb_array_elements(state -> 'actions') AS action
                WHERE action ->> 'action' = deadline ->> 'subject' LIMIT 1)
            WHEN deadline ->> 'task' = 'report_decision' THEN state ->> 'cjg'
            WHEN deadline ->> 'task' = 'forward_answer' THEN state -> 'forward' ->> 'to'
            WHEN deadline ->> 'task' = 'escalation_answer' THEN state ->> 'zvh'
        END, coordinator) AS party
    ) AS whose
    GROUP BY case_id
) AS found
WHERE shown.case_id = found.case_id;

-- Without it a list of what waits for somebody would look through every open case of theirs.
CREATE INDEX overview_open_by_due_owner ON vangnet.overview USING gin (due_owners) WHERE step <> 'closed';

-- Most cases are closed: who looks for a closed one, or finds that there is none, must not walk through all of them.
CREATE INDEX overview_closed_by_holder ON vangnet.overview USING gin ((ARRAY[school, file_holder]))
    WHERE step = 'closed';
