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
-- All of them, for the audit: with the head that each should end at.
SELECT case_id, head_number, head_hash, number, at, written_at, actor, message_id, told_digest, note_id, name, data,
    digest, prev_hash, hash
FROM vangnet.cases FULL JOIN vangnet.journal USING (case_id)
ORDER BY case_id, number;

-- name: access_logs
SELECT scope, head.number AS head_number, head.hash AS head_hash, entry.number, at, written_at, role,
    organisation, user_id, person, os_user, what, purpose, digest, entry.hash
FROM vangnet.access_heads AS head FULL JOIN vangnet.access_log AS entry USING (scope)
ORDER BY scope, entry.number;
