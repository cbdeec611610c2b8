-- name: case_standings
-- Every case, or one: how far its journal is, whether it is open, whether notices wait, and what was told and nobody
-- carried out.
SELECT opened.case_id, opened.head_number AS number, shown.step IS DISTINCT FROM 'closed' AS open,
    EXISTS (
        SELECT FROM vangnet.notices AS notice
        WHERE notice.case_id = opened.case_id AND notice.sent_at IS NULL AND notice.failed_code IS NULL
    ) AS unsent,
    ARRAY(
        SELECT told.message_id FROM vangnet.messages AS told
        WHERE told.case_id = opened.case_id AND told.state = 'staged'
        ORDER BY told.staged_at, told.message_id
    ) AS staged
FROM vangnet.cases AS opened LEFT JOIN vangnet.overview AS shown USING (case_id)
WHERE ($1::text IS NULL OR opened.case_id = $1)
  AND opened.opening <> '{}' -- a case whose logs are destroyed is as good as unknown
ORDER BY opened.case_id;

-- name: begun_and_open
SELECT opened.case_id
FROM vangnet.cases AS opened LEFT JOIN vangnet.overview AS shown USING (case_id)
WHERE opened.started_at < now() - $1::interval AND shown.step IS DISTINCT FROM 'closed' AND opened.opening <> '{}'
ORDER BY opened.case_id
LIMIT $2;

-- name: restore_case
-- A case whose row was lost, with what stands in for its people and its note. One that is there stays as it is.
-- Nobody's fingerprint: the pupil's is made again when their data is told again.
WITH opened AS (
    INSERT INTO vangnet.cases (case_id, region, policy_version, opening, next_person, opened_at, started_at)
    VALUES ($1, $2, $3, $4::jsonb, $5, coalesce($6, clock_timestamp()), clock_timestamp())
    ON CONFLICT DO NOTHING
    RETURNING case_id
), told AS (
    INSERT INTO vangnet.messages (case_id, message_id, name, digest)
    SELECT case_id, $7, $8, $9 FROM opened
), noted AS (
    INSERT INTO vangnet.notes (note_id, case_id, controller, message_id, sealed, field, writer)
    SELECT $10::text, case_id, 'school', $7, $11::bytea, $15, $14 FROM opened WHERE $11::bytea IS NOT NULL
), peopled AS (
    INSERT INTO vangnet.people (case_id, person, controller, message_id, sealed)
    SELECT opened.case_id, given.person, 'school', $7, given.sealed
    FROM opened, unnest($12::text[], $13::bytea[]) AS given (person, sealed)
), fingerprinted AS (
    INSERT INTO vangnet.pupil_fingerprints (region, school, fingerprint, case_id)
    SELECT $2, $14, uuid_send(gen_random_uuid()), case_id FROM opened
)
SELECT true FROM opened;

-- name: known_persons
SELECT DISTINCT person FROM vangnet.people WHERE case_id = $1;

-- name: known_notes
SELECT note_id FROM vangnet.notes WHERE case_id = $1;

-- name: give_no_person_twice
UPDATE vangnet.cases SET next_person = greatest(next_person, $2) WHERE case_id = $1;

-- name: note_failures
-- Of these the case was told that they failed; why is lost.
UPDATE vangnet.notices AS failed SET failed_code = 'unknown', failure_told = row.number
FROM vangnet.journal AS row
WHERE failed.case_id = $1 AND row.case_id = $1 AND row.name = 'delivery_failed'
  AND row.data ->> 'notice' = failed.notice_id AND failed.sent_at IS NULL AND failed.failed_code IS NULL;

-- name: note_sent
-- What Temporal knows to be sent, up to this event. A hand-over whose document is lost goes out again, with a new one.
UPDATE vangnet.notices AS notice SET sent_at = clock_timestamp()
WHERE notice.case_id = $1 AND notice.number <= $2 AND notice.sent_at IS NULL AND notice.failed_code IS NULL
  AND (notice.kind <> 'hand_over' OR EXISTS (
      SELECT FROM vangnet.hand_overs AS document
      WHERE document.case_id = notice.case_id AND document.number = notice.number
  ))
RETURNING notice.notice_id;

-- name: unsent_notices
SELECT notice.notice_id, notice.number, notice.kind = 'hand_over' AND NOT EXISTS (
    SELECT FROM vangnet.hand_overs AS document
    WHERE document.case_id = notice.case_id AND document.number = notice.number
) AS lost_document
FROM vangnet.notices AS notice
WHERE notice.case_id = $1 AND notice.sent_at IS NULL AND notice.failed_code IS NULL
ORDER BY notice.ordinal;
