-- name: lock_case_for_emergency
-- Nothing is recorded while this is held: whom the database lets in is written with it.
SELECT true FROM vangnet.cases WHERE case_id = $1 FOR NO KEY UPDATE;

-- name: open_emergency
-- One at a time for each reader; a second click finds the first.
INSERT INTO vangnet.emergencies
    (emergency_id, region, case_id, reader, role, organisation, user_id, controller, sealed, until)
SELECT $1, shown.region, shown.case_id, $3, $4, $5, $6, $7, $8, clock_timestamp() + shown.clock_offset + $9::interval
FROM vangnet.overview AS shown
WHERE shown.case_id = $2 AND NOT EXISTS (
    SELECT FROM vangnet.emergencies AS open
    WHERE open.case_id = $2 AND open.reader = $3 AND open.user_id = $6 AND open.until > now() + shown.clock_offset
)
RETURNING until;

-- name: open_emergency_of
SELECT open.until
FROM vangnet.emergencies AS open JOIN vangnet.overview AS shown USING (case_id)
WHERE open.case_id = $1 AND open.reader = $2 AND open.user_id = $3 AND open.until > now() + shown.clock_offset
ORDER BY open.until DESC
LIMIT 1;

-- name: emergencies
SELECT emergency_id, case_id, role, organisation, user_id, controller, sealed, opened_at, until, told_at
FROM vangnet.emergencies
WHERE region = $1
ORDER BY opened_at DESC, emergency_id
LIMIT $2;

-- name: untold_emergencies
SELECT emergency_id, case_id, opened_at
FROM vangnet.emergencies
WHERE region = $1 AND told_at IS NULL
ORDER BY opened_at
LIMIT $2;

-- name: emergency_told
UPDATE vangnet.emergencies SET told_at = clock_timestamp() WHERE emergency_id = $1 AND told_at IS NULL;
