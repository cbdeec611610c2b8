-- name: message
SELECT message_id, name, digest, state, last_number, events, refusal
FROM vangnet.messages
WHERE case_id = $1 AND message_id = $2;

-- name: coordinated_by_school
SELECT coordinator = school FROM vangnet.overview WHERE case_id = $1;

-- name: stage
-- Nothing is returned, and nothing written, when the message is known already.
WITH staged AS (
    INSERT INTO vangnet.messages (case_id, message_id, name, digest)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
    RETURNING case_id, message_id
), noted AS (
    INSERT INTO vangnet.notes (note_id, case_id, controller, message_id, sealed, field, writer)
    SELECT $5::text, staged.case_id, $6::text, staged.message_id, $7::bytea, $10::text, $11::text
    FROM staged
    WHERE $7::bytea IS NOT NULL
), peopled AS (
    INSERT INTO vangnet.people (case_id, person, controller, message_id, sealed, second)
    SELECT staged.case_id, given.person, 'school', staged.message_id, given.sealed, given.second
    FROM staged, unnest($8::text[], $9::bytea[], $12::bytea[]) AS given (person, sealed, second)
)
SELECT true FROM staged;

-- name: drop_message
-- What was recorded, or refused in the journal, stays.
WITH dropped AS (
    DELETE FROM vangnet.messages
    WHERE case_id = $1 AND message_id = $2 AND state = 'staged'
    RETURNING case_id, message_id
), without_notes AS (
    DELETE FROM vangnet.notes AS note USING dropped
    WHERE note.case_id = dropped.case_id AND note.message_id = dropped.message_id
), without_people AS (
    DELETE FROM vangnet.people AS known USING dropped
    WHERE known.case_id = dropped.case_id AND known.message_id = dropped.message_id
)
DELETE FROM vangnet.allotments AS allotted USING dropped
WHERE allotted.case_id = dropped.case_id AND allotted.message_id = dropped.message_id;

-- name: stale_messages
SELECT case_id, message_id
FROM vangnet.messages
WHERE state = 'staged' AND staged_at < now() - $1::interval
ORDER BY staged_at
LIMIT $2;

-- name: lock_case
SELECT next_person FROM vangnet.cases WHERE case_id = $1 FOR NO KEY UPDATE;

-- name: allotted
SELECT first, persons FROM vangnet.allotments WHERE case_id = $1 AND message_id = $2;

-- name: allot
WITH moved AS (
    UPDATE vangnet.cases SET next_person = next_person + $3 WHERE case_id = $1
)
INSERT INTO vangnet.allotments (case_id, message_id, first, persons) VALUES ($1, $2, $4, $3);
