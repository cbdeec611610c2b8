-- name: begin_session
INSERT INTO vangnet.sessions (session_hash, subject_hash, kek_id, sealed) VALUES ($1, $2, $3, $4);

-- name: session
SELECT subject_hash, kek_id, sealed,
    last_seen_at > clock_timestamp() - $2::interval AND created_at > clock_timestamp() - $3::interval AS alive,
    last_seen_at < clock_timestamp() - $2::interval / 20 AS unseen,
    checked_at <= clock_timestamp() - $4::interval AS unchecked
FROM vangnet.sessions
WHERE session_hash = $1;

-- name: see_session
UPDATE vangnet.sessions SET last_seen_at = clock_timestamp() WHERE session_hash = $1;

-- name: claim_session_check
UPDATE vangnet.sessions SET checked_at = clock_timestamp()
WHERE session_hash = $1 AND checked_at <= clock_timestamp() - $2::interval
RETURNING true;

-- name: change_session
UPDATE vangnet.sessions SET kek_id = $2, sealed = $3 WHERE session_hash = $1;

-- name: end_session
DELETE FROM vangnet.sessions WHERE session_hash = $1;

-- name: end_sessions_of
DELETE FROM vangnet.sessions WHERE subject_hash = $1;

-- name: keep_typed
INSERT INTO vangnet.typed (typed_id, subject_hash, kek_id, sealed) VALUES ($1, $2, $3, $4);

-- name: typed
SELECT kek_id, sealed FROM vangnet.typed WHERE typed_id = $1 AND subject_hash = $2;

-- name: attempt
INSERT INTO vangnet.attempts AS known (who) VALUES ($1)
ON CONFLICT (who) DO UPDATE SET
    times = CASE WHEN known.since < clock_timestamp() - $2::interval THEN 1 ELSE known.times + 1 END,
    since = CASE WHEN known.since < clock_timestamp() - $2::interval THEN clock_timestamp() ELSE known.since END
RETURNING times;

-- name: sweep_sessions
WITH sessions AS (DELETE FROM vangnet.sessions WHERE created_at < clock_timestamp() - $1::interval),
    typed AS (DELETE FROM vangnet.typed WHERE kept_at < clock_timestamp() - $1::interval)
DELETE FROM vangnet.attempts WHERE since < clock_timestamp() - interval '1 hour';
