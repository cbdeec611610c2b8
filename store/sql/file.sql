-- name: people
-- The current version of everybody; of who is no longer in the case too, when $2 is true.
SELECT DISTINCT ON (person) person, message_id, sealed, until_number
FROM vangnet.people
WHERE case_id = $1 AND since_number IS NOT NULL AND ($2 OR until_number IS NULL)
ORDER BY person, since_number DESC;

-- name: note
SELECT controller, message_id, number, sealed
FROM vangnet.notes
WHERE case_id = $1 AND note_id = $2 AND number IS NOT NULL;

-- name: note_index
SELECT note_id, controller, message_id, number
FROM vangnet.notes
WHERE case_id = $1 AND number IS NOT NULL
ORDER BY number, note_id;

-- name: save_hand_over
INSERT INTO vangnet.hand_overs (case_id, number, controller, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: hand_over
SELECT sealed FROM vangnet.hand_overs WHERE case_id = $1 AND number = $2 AND controller = $3;

-- name: hand_over_numbers
SELECT number FROM vangnet.hand_overs WHERE case_id = $1 AND controller = $2 ORDER BY number;
