-- name: held_parts
-- What can still be read of closed cases and may be due by $3; of one case where $2 says so. $4 to $8 are the region's
-- periods, each counted from the opening at the earliest: a coarse sieve, so that the many cases whose time is years
-- away cost little. On which day a part is due is decided by the protocol alone.
SELECT shown.case_id, kept.controller AS part, period.outcome, shown.at AS changed_at,
    closed.at AS closed_at, coalesce(began.at, closed.at) AS first_at, gone.left_on, done.case_id IS NOT NULL AS shielded,
    EXISTS (
        SELECT FROM vangnet.rights_requests AS asked WHERE asked.case_id = shown.case_id AND asked.state = 'open'
    ) AS request_open,
    EXISTS (
        SELECT FROM vangnet.holds AS placed WHERE placed.case_id = shown.case_id AND placed.lifted_at IS NULL
    ) AS on_hold
FROM vangnet.overview AS shown
JOIN vangnet.cases AS opened USING (case_id)
JOIN keystore.data_keys AS kept ON kept.scope = shown.case_id
JOIN unnest($4::text[], $5::text[], $6::integer[], $7::integer[], $8::boolean[])
    AS period (part, outcome, months, when_left, shielded)
    ON period.part = kept.controller AND period.outcome = shown.state -> 'outcome' ->> 'kind'
LEFT JOIN vangnet.departures AS gone ON gone.case_id = shown.case_id
LEFT JOIN vangnet.retention_log AS done
    ON done.case_id = shown.case_id AND done.part = kept.controller AND done.act = 'shield'
JOIN LATERAL (
    SELECT past.at FROM vangnet.journal AS past
    WHERE past.case_id = shown.case_id AND past.name = 'case_closed'
    ORDER BY past.number DESC LIMIT 1
) AS closed ON true
LEFT JOIN LATERAL (
    -- A controller processes from the moment that it is asked, whether or not it was told anything by then.
    SELECT min(past.at) AS at FROM vangnet.journal AS past
    WHERE past.case_id = shown.case_id AND past.name = CASE kept.controller
        WHEN 'zvh' THEN 'escalation_requested' WHEN 'school' THEN 'case_opened' ELSE 'coordinator_changed' END
) AS began ON true
WHERE shown.region = $1 AND shown.step = 'closed'
  AND ($2::text IS NULL OR shown.case_id = $2)
  AND (
      (period.shielded AND done.case_id IS NULL)
      OR least(opened.opened_at, gone.left_on) + make_interval(
          months => CASE WHEN gone.left_on IS NULL THEN period.months ELSE period.when_left END
      ) < $3::date + 2 -- a day more than time zones can make
  )
  AND NOT EXISTS (
      SELECT FROM keystore.destroyed AS gone_key
      WHERE gone_key.scope = kept.scope AND gone_key.controller = kept.controller
  )
ORDER BY shown.case_id, kept.controller;

-- name: lock_closed_case
-- Nothing is recorded, and nothing else destroyed, while this is held.
SELECT opened.region
FROM vangnet.cases AS opened JOIN vangnet.overview AS shown USING (case_id)
WHERE opened.case_id = $1 AND shown.step = 'closed'
FOR NO KEY UPDATE OF opened;

-- name: log_retention
INSERT INTO vangnet.retention_log
    (region, case_id, part, act, rule, since, started_on, due_on, request_id, role, user_id)
SELECT $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::date, $8::date, $9::text, $10::text, $11::text
-- While a case is held nothing of it is destroyed, by whomever: what is not written down here is not done.
WHERE ($4 <> 'destroy' OR $3 = 'history'
   OR NOT EXISTS (SELECT FROM vangnet.holds AS placed WHERE placed.case_id = $2 AND placed.lifted_at IS NULL))
  -- With its logs an open request would go as well, unanswered.
  AND ($3 <> 'logs'
   OR NOT EXISTS (SELECT FROM vangnet.rights_requests AS asked WHERE asked.case_id = $2 AND asked.state = 'open'))
ON CONFLICT DO NOTHING
RETURNING true;

-- name: destroy_part_key
WITH listed AS (
    INSERT INTO keystore.destroyed (scope, controller) VALUES ($1, $2) ON CONFLICT DO NOTHING
)
DELETE FROM keystore.data_keys WHERE scope = $1 AND controller = $2;

-- name: blank_destroyed
-- What a destroyed key sealed goes from its rows, too; the rows stay and say that something was there. Of one case
-- where $1 says so, otherwise of every case: after a restore it has all come back.
WITH gone AS (
    SELECT scope AS case_id, controller FROM keystore.destroyed WHERE $1::text IS NULL OR scope = $1
), people AS (
    UPDATE vangnet.people AS known SET sealed = '', second = NULL
    FROM gone
    WHERE known.case_id = gone.case_id AND known.controller = gone.controller
      AND (known.sealed <> '' OR known.second IS NOT NULL)
    RETURNING 1
), notes AS (
    UPDATE vangnet.notes AS note SET sealed = ''
    FROM gone
    WHERE note.case_id = gone.case_id AND note.controller = gone.controller AND note.sealed <> ''
    RETURNING 1
), hand_overs AS (
    UPDATE vangnet.hand_overs AS document SET sealed = ''
    FROM gone
    WHERE document.case_id = gone.case_id AND document.controller = gone.controller AND document.sealed <> ''
    RETURNING 1
), statements AS (
    UPDATE vangnet.statements AS said SET sealed = ''
    FROM gone
    WHERE said.case_id = gone.case_id AND said.controller = gone.controller AND said.sealed <> ''
    RETURNING 1
), emergencies AS (
    UPDATE vangnet.emergencies AS opened SET sealed = ''
    FROM gone
    WHERE opened.case_id = gone.case_id AND opened.controller = gone.controller AND opened.sealed <> ''
    RETURNING 1
), reviews AS (
    UPDATE vangnet.reviews AS review SET sealed = NULL, answer = NULL
    FROM gone
    WHERE review.case_id = gone.case_id AND review.controller = gone.controller
      AND (review.sealed IS NOT NULL OR review.answer IS NOT NULL)
    RETURNING 1
), fingerprints AS (
    DELETE FROM vangnet.pupil_fingerprints AS found USING gone
    WHERE found.case_id = gone.case_id AND gone.controller = 'school'
    RETURNING 1
), codes AS (
    DELETE FROM vangnet.link_codes AS code USING gone
    WHERE code.case_id = gone.case_id AND gone.controller = 'school'
), links AS (
    DELETE FROM vangnet.links AS link USING gone
    WHERE link.case_id = gone.case_id AND gone.controller = 'school'
    RETURNING 1
)
SELECT (SELECT count(*) FROM people) + (SELECT count(*) FROM notes) + (SELECT count(*) FROM hand_overs)
    + (SELECT count(*) FROM statements) + (SELECT count(*) FROM emergencies) + (SELECT count(*) FROM reviews)
    + (SELECT count(*) FROM fingerprints) + (SELECT count(*) FROM links);

-- name: shielded_part
SELECT true FROM vangnet.retention_log WHERE case_id = $1 AND part = $2 AND act = 'shield';

-- name: retention_log
SELECT entry, region, case_id, part, act, rule, since, started_on, due_on, request_id, role, user_id, at
FROM vangnet.retention_log
WHERE region = $1 AND ($2::bigint IS NULL OR entry < $2)
ORDER BY entry DESC
LIMIT $3;

-- name: told_departure
INSERT INTO vangnet.departures AS known (case_id, left_on, role, user_id) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id) DO UPDATE
SET left_on = excluded.left_on, role = excluded.role, user_id = excluded.user_id, told_at = clock_timestamp();

-- name: histories_left
-- Closed cases of which nothing can be read any more, and whose workflow's history was not removed yet.
SELECT DISTINCT done.case_id
FROM vangnet.retention_log AS done
WHERE done.region = $1 AND done.act = 'destroy' AND done.part <> 'history'
  AND NOT EXISTS (
      SELECT FROM vangnet.retention_log AS removed WHERE removed.case_id = done.case_id AND removed.part = 'history'
  )
  AND NOT EXISTS (SELECT FROM keystore.data_keys AS kept WHERE kept.scope = done.case_id)
ORDER BY done.case_id
LIMIT $2;
