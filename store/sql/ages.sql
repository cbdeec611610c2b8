-- name: pupils_of_open_cases
SELECT pupil.case_id, pupil.message_id, pupil.sealed, shown.state ->> 'age' AS age
FROM vangnet.overview AS shown
JOIN LATERAL (
    SELECT case_id, message_id, sealed
    FROM vangnet.people AS known
    WHERE known.case_id = shown.case_id AND known.person = 'pupil' AND known.since_number IS NOT NULL
    ORDER BY known.since_number DESC
    LIMIT 1
) AS pupil ON true
WHERE shown.step <> 'closed' AND shown.case_id > $1
ORDER BY shown.case_id
LIMIT $2;
