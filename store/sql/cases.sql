-- name: open_case
-- One statement: the case and everything of its opening message, or nothing when the id is taken.
WITH opened AS (
    INSERT INTO vangnet.cases (case_id, region, policy_version, opening, next_person)
    VALUES ($1, $2, $3, $4::jsonb, $5)
    ON CONFLICT DO NOTHING
    RETURNING case_id
), told AS (
    INSERT INTO vangnet.messages (case_id, message_id, name, digest)
    SELECT case_id, $6, $7, $8 FROM opened
), noted AS (
    INSERT INTO vangnet.notes (note_id, case_id, controller, message_id, sealed, field, writer)
    SELECT $9::text, case_id, 'school', $6, $10::bytea, $15, $13 FROM opened WHERE $10::bytea IS NOT NULL
), peopled AS (
    INSERT INTO vangnet.people (case_id, person, controller, message_id, sealed, second)
    SELECT opened.case_id, given.person, 'school', $6, given.sealed, given.second
    FROM opened, unnest($11::text[], $12::bytea[], $16::bytea[]) AS given (person, sealed, second)
), fingerprinted AS (
    INSERT INTO vangnet.pupil_fingerprints (region, school, fingerprint, case_id)
    SELECT $2, $13, $14, case_id FROM opened
)
SELECT true FROM opened;

-- name: opening_digest
SELECT opening -> 'told' ->> 'digest' FROM vangnet.cases WHERE case_id = $1;

-- name: mark_started
UPDATE vangnet.cases SET started_at = clock_timestamp() WHERE case_id = $1 AND started_at IS NULL;

-- name: unstarted
SELECT opening
FROM vangnet.cases
WHERE started_at IS NULL AND opened_at < now() - $1::interval
ORDER BY opened_at
LIMIT $2;

-- name: opening
-- Nothing of a case whose logs are destroyed: of it nothing is known but its number.
SELECT opening FROM vangnet.cases WHERE case_id = $1 AND opening <> '{}';

-- name: is_case
SELECT EXISTS (SELECT FROM vangnet.cases WHERE case_id = $1);

-- name: same_pupil
SELECT found.case_id
FROM vangnet.pupil_fingerprints AS found
LEFT JOIN vangnet.overview USING (case_id)
WHERE found.region = $1 AND found.school = $2 AND found.fingerprint = $3
  AND overview.step IS DISTINCT FROM 'closed'
ORDER BY found.case_id;
