-- name: enter_request
INSERT INTO vangnet.rights_requests
    (request_id, region, case_id, kind, subject, requester, parts, received_on, due_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
RETURNING true;

-- name: rights_requests
-- Open ones first, the first due on top; then what was decided last.
SELECT request_id, region, case_id, kind, subject, requester, parts, received_on, due_on, extension, state, ground,
    chosen, entered_at, decided_at
FROM vangnet.rights_requests
WHERE region = $1
ORDER BY state <> 'open', CASE WHEN state = 'open' THEN due_on END, decided_at DESC, request_id
LIMIT $2;

-- name: rights_request
SELECT request_id, region, case_id, kind, subject, requester, parts, received_on, due_on, extension, state, ground,
    chosen, entered_at, decided_at
FROM vangnet.rights_requests
WHERE region = $1 AND request_id = $2;

-- name: extend_request
UPDATE vangnet.rights_requests SET extension = $2, due_on = $3
WHERE request_id = $1 AND state = 'open' AND extension IS NULL
RETURNING true;

-- name: decide_request
UPDATE vangnet.rights_requests SET state = $2, ground = $3, decided_at = clock_timestamp()
WHERE request_id = $1 AND state = 'open'
RETURNING true;

-- name: choose_for_request
UPDATE vangnet.rights_requests SET chosen = $2 WHERE request_id = $1 AND state = 'open' RETURNING true;

-- name: add_rights_step
-- Whoever adds one has locked the request, so that the numbers have no gap.
INSERT INTO vangnet.rights_steps (request_id, number, role, organisation, user_id, what, code)
SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5, $6 FROM vangnet.rights_steps WHERE request_id = $1;

-- name: lock_request
SELECT state FROM vangnet.rights_requests WHERE request_id = $1 FOR NO KEY UPDATE;

-- name: rights_steps
SELECT number, at, role, organisation, user_id, what, code
FROM vangnet.rights_steps
WHERE request_id = $1
ORDER BY number;

-- name: objected
SELECT EXISTS (
    SELECT FROM vangnet.rights_requests WHERE case_id = $1 AND kind = 'objection' AND state = 'open'
);

-- name: add_statement
INSERT INTO vangnet.statements (request_id, case_id, controller, person, sealed)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (request_id) DO UPDATE SET sealed = excluded.sealed;

-- name: statements
SELECT request_id, controller, person, sealed, added_at
FROM vangnet.statements
WHERE case_id = $1 AND controller = $2
ORDER BY added_at, request_id;

-- name: versions_of_person
SELECT message_id, sealed, second FROM vangnet.people WHERE case_id = $1 AND person = $2 FOR UPDATE;

-- name: correct_version
UPDATE vangnet.people SET sealed = $4, second = $5 WHERE case_id = $1 AND person = $2 AND message_id = $3;

-- name: correct_fingerprint
UPDATE vangnet.pupil_fingerprints SET fingerprint = $2 WHERE case_id = $1;

-- name: school_of_fingerprint
SELECT school FROM vangnet.pupil_fingerprints WHERE case_id = $1;
