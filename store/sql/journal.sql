-- name: journal
SELECT number, at, written_at, actor, message_id, told_digest, note_id, data
FROM vangnet.journal
WHERE case_id = $1
ORDER BY number;

-- name: journal_since
SELECT number, at, actor, message_id, told_digest, note_id, data
FROM vangnet.journal
WHERE case_id = $1 AND number >= $2
ORDER BY number;

-- name: journals
-- All of them, for the audit: with the head that each should end at, and what was anchored of a row up to $1.
SELECT case_id AS scope, head_number, head_hash, row.number, at, written_at, actor, message_id, told_digest, note_id,
    name, data, digest, prev_hash, row.hash, anchored.hash AS anchored_hash, anchored.anchor
FROM vangnet.cases FULL JOIN vangnet.journal AS row USING (case_id)
LEFT JOIN vangnet.anchor_heads AS anchored
    ON anchored.log = 'journal' AND anchored.scope = case_id AND anchored.number = row.number AND anchored.anchor <= $1
ORDER BY case_id, row.number;

-- name: access_logs
SELECT coalesce(head.scope, entry.scope) AS scope, head.number AS head_number, head.hash AS head_hash, entry.number, at, written_at, role,
    organisation, user_id, person, os_user, what, purpose, event, subject, on_behalf, access_point, basis, emergency,
    outcome, digest, entry.hash, anchored.hash AS anchored_hash, anchored.anchor
FROM vangnet.access_heads AS head FULL JOIN vangnet.access_log AS entry ON entry.scope = head.scope
LEFT JOIN vangnet.anchor_heads AS anchored ON anchored.log = 'access_log' AND anchored.scope = entry.scope
    AND anchored.number = entry.number AND anchored.anchor <= $1
ORDER BY 1, entry.number;
