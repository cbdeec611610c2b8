-- name: record
-- A whole turn in one statement, and so in one transaction and one round trip.
--   $1 case id   $2 events   $3 overview row   $4 notices   $5 links   $6 refused message ids   $7 persons
-- The lock on the case's row comes first; it returns that row as it is now, even if this statement's
-- snapshot is older. Journal rows that the snapshot does not show yet make the verdict 'stale': the
-- caller repeats.
WITH RECURSIVE head AS MATERIALIZED (
    SELECT head_number, head_hash, clock_timestamp() AS written_at
    FROM vangnet.cases
    WHERE case_id = $1
    FOR NO KEY UPDATE
), told AS MATERIALIZED (
    SELECT event.*
    FROM jsonb_to_recordset($2::jsonb) AS event (
        number integer, at timestamptz, actor jsonb, message_id text, told_digest text,
        note_id text, name text, data jsonb, digest text
    )
), known AS MATERIALIZED (
    SELECT count(*) AS events, count(*) FILTER (WHERE row.digest <> decode(told.digest, 'hex')) AS others
    FROM told JOIN vangnet.journal AS row ON row.case_id = $1 AND row.number = told.number
), turned_down AS MATERIALIZED (
    -- As rows, so that the plan does not depend on how many there are and is made once.
    SELECT given.message_id FROM unnest($6::text[]) AS given (message_id)
), verdict AS MATERIALIZED (
    SELECT head.*, CASE
        WHEN known.others > 0 THEN 'mismatch'
        WHEN known.events <> (SELECT count(*) FROM told WHERE told.number <= head.head_number) THEN 'stale'
        WHEN (SELECT min(told.number) FROM told) > head.head_number + 1 THEN 'gap'
        ELSE 'recorded'
    END AS verdict
    FROM head, known
), fresh AS MATERIALIZED (
    SELECT told.*
    FROM told, verdict
    WHERE verdict.verdict = 'recorded' AND told.number > verdict.head_number
), chain AS (
    SELECT fresh.number, verdict.head_hash AS prev_hash,
        sha256(verdict.head_hash || decode(fresh.digest, 'hex')
            || int8send((extract(epoch FROM verdict.written_at) * 1000000)::bigint)) AS hash
    FROM fresh JOIN verdict ON fresh.number = verdict.head_number + 1
    UNION ALL
    SELECT fresh.number, chain.hash,
        sha256(chain.hash || decode(fresh.digest, 'hex')
            || int8send((extract(epoch FROM verdict.written_at) * 1000000)::bigint))
    FROM chain JOIN fresh ON fresh.number = chain.number + 1, verdict
), journaled AS (
    INSERT INTO vangnet.journal
        (case_id, number, at, written_at, actor, message_id, told_digest, note_id, name, data, digest, prev_hash, hash)
    SELECT $1, number, fresh.at, verdict.written_at, fresh.actor, fresh.message_id, fresh.told_digest,
        fresh.note_id, fresh.name, fresh.data, decode(fresh.digest, 'hex'), chain.prev_hash, chain.hash
    FROM verdict, fresh JOIN chain USING (number)
), moved AS (
    UPDATE vangnet.cases AS opened
    SET head_number = last.number, head_hash = last.hash
    FROM (SELECT chain.number, chain.hash FROM chain ORDER BY chain.number DESC LIMIT 1) AS last
    WHERE opened.case_id = $1
), shown AS (
    INSERT INTO vangnet.overview AS shown
        (case_id, number, at, clock_offset, region, step, kinds, school, file_holder, coordinator,
         process_director, escalation, safety, organisations, due_task, due_at, due_owners, readers, state)
    SELECT $1, now_is.number, now_is.at,
        CASE WHEN now_is.at > now() + interval '5 minutes' THEN now_is.at - now() ELSE interval '0' END,
        now_is.region, now_is.step, now_is.kinds, now_is.school, now_is.file_holder, now_is.coordinator,
        now_is.process_director, now_is.escalation, now_is.safety, now_is.organisations,
        now_is.due_task, now_is.due_at, now_is.due_owners, now_is.readers, now_is.state
    FROM jsonb_to_record($3::jsonb) AS now_is (
        number integer, at timestamptz, region text, step text, kinds text[], school text, file_holder text,
        coordinator text, process_director text, escalation text, safety text, organisations text[],
        due_task text, due_at timestamptz, due_owners text[], readers jsonb, state jsonb
    )
    WHERE EXISTS (SELECT FROM fresh) -- so it only goes forward
    ON CONFLICT (case_id) DO UPDATE SET
        number = excluded.number, at = excluded.at,
        clock_offset = greatest(shown.clock_offset, excluded.clock_offset),
        region = excluded.region, step = excluded.step, kinds = excluded.kinds, school = excluded.school,
        file_holder = excluded.file_holder, coordinator = excluded.coordinator,
        process_director = excluded.process_director, escalation = excluded.escalation,
        safety = excluded.safety, organisations = excluded.organisations,
        due_task = excluded.due_task, due_at = excluded.due_at, due_owners = excluded.due_owners,
        readers = excluded.readers, state = excluded.state
), noticed AS (
    INSERT INTO vangnet.notices
        (notice_id, case_id, number, party, contact, kind, task, rung, due_at, link, code)
    SELECT notice.id, $1, notice.number, notice.party, notice.contact, notice.kind, notice.task,
        notice.rung, notice.due_at, notice.link, notice.code
    FROM verdict, jsonb_to_recordset($4::jsonb) AS notice (
        place integer, id text, number integer, party text, contact text, kind text, task text,
        rung text, due_at timestamptz, link text, code text
    )
    WHERE verdict.verdict = 'recorded'
    ORDER BY notice.place
    ON CONFLICT DO NOTHING
), linked AS (
    INSERT INTO vangnet.links (token_hash, notice_id, case_id, party, purpose, number, expires_at)
    SELECT decode(link.token_hash, 'hex'), link.notice_id, $1, link.party, link.purpose, link.number, link.expires_at
    FROM verdict, jsonb_to_recordset($5::jsonb) AS link (
        token_hash text, notice_id text, party text, purpose text, number integer, expires_at timestamptz
    )
    WHERE verdict.verdict = 'recorded'
    ON CONFLICT DO NOTHING
), failures AS (
    UPDATE vangnet.notices AS failed SET failure_told = fresh.number
    FROM fresh
    WHERE fresh.name = 'delivery_failed' AND failed.notice_id = fresh.data ->> 'notice' AND failed.case_id = $1
), caused AS MATERIALIZED (
    SELECT fresh.message_id, min(fresh.number) AS first, max(fresh.number) AS last,
        array_agg(fresh.name ORDER BY fresh.number) AS events
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM turned_down WHERE turned_down.message_id = fresh.message_id)
    GROUP BY fresh.message_id
), recorded AS (
    UPDATE vangnet.messages AS told
    SET state = 'recorded', first_number = caused.first, last_number = caused.last, events = caused.events
    FROM caused
    WHERE told.case_id = $1 AND told.message_id = caused.message_id AND told.state NOT IN ('recorded', 'refused')
), refused AS (
    UPDATE vangnet.messages AS told
    SET state = 'refused', refusal = (
        SELECT fresh.data ->> 'code' FROM fresh
        WHERE fresh.message_id = told.message_id AND fresh.name = 'message_refused'
    )
    FROM verdict, turned_down
    WHERE verdict.verdict = 'recorded' AND told.case_id = $1
      AND told.message_id = turned_down.message_id AND told.state NOT IN ('recorded', 'refused')
), filed_notes AS (
    UPDATE vangnet.notes AS note SET number = caused.first
    FROM caused
    WHERE note.case_id = $1 AND note.message_id = caused.message_id AND note.number IS NULL
), dropped_notes AS (
    DELETE FROM vangnet.notes AS note USING verdict, turned_down
    WHERE verdict.verdict = 'recorded' AND note.case_id = $1
      AND note.message_id = turned_down.message_id AND note.number IS NULL
), filed_people AS (
    UPDATE vangnet.people AS known SET since_number = caused.first
    FROM caused
    WHERE known.case_id = $1 AND known.message_id = caused.message_id AND known.since_number IS NULL
), dropped_people AS (
    DELETE FROM vangnet.people AS known USING verdict, turned_down
    WHERE verdict.verdict = 'recorded' AND known.case_id = $1
      AND known.message_id = turned_down.message_id AND known.since_number IS NULL
), left_or_back AS (
    UPDATE vangnet.people AS known
    SET until_number = CASE WHEN known.person = ANY ($7::text[]) THEN NULL ELSE last.number END
    FROM (SELECT max(fresh.number) AS number FROM fresh) AS last
    WHERE known.case_id = $1 AND known.since_number IS NOT NULL AND last.number IS NOT NULL
      AND (known.until_number IS NULL) <> (known.person = ANY ($7::text[]))
)
SELECT verdict.verdict FROM verdict;
