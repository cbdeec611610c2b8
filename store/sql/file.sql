-- name: people
-- The current version of everybody; of who is no longer in the case too, when $2 is true.
SELECT DISTINCT ON (person) person, message_id, sealed, second, until_number
FROM vangnet.people
WHERE case_id = $1 AND since_number IS NOT NULL AND ($2 OR until_number IS NULL)
ORDER BY person, since_number DESC;

-- name: note
SELECT controller, message_id, number, sealed
FROM vangnet.notes
WHERE case_id = $1 AND note_id = $2 AND number IS NOT NULL;

-- name: note_index
SELECT filed.note_id, filed.controller, filed.message_id, filed.number, told.name AS message, row.actor AS by
FROM vangnet.notes AS filed
    JOIN vangnet.messages AS told USING (case_id, message_id)
    JOIN vangnet.journal AS row USING (case_id, number)
WHERE filed.case_id = $1
ORDER BY filed.number, filed.note_id;

-- name: save_hand_over
INSERT INTO vangnet.hand_overs (case_id, number, controller, sealed) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: hand_over
SELECT sealed FROM vangnet.hand_overs WHERE case_id = $1 AND number = $2 AND controller = $3;

-- name: hand_over_numbers
SELECT number FROM vangnet.hand_overs WHERE case_id = $1 AND controller = $2 ORDER BY number;
