-- name: figures
-- How everything stands, for who watches: numbers only. Each part is found by an index that holds just what it is about.
WITH late AS MATERIALIZED (
    SELECT due_at - clock_offset AS due, at < due_at AS unheard
    FROM vangnet.overview
    WHERE step <> 'closed' AND due_at < now() + clock_offset
      AND coalesce(due_at, 'infinity') < now() + (
          SELECT coalesce(max(moved.clock_offset), '0') FROM vangnet.overview AS moved WHERE moved.clock_offset > '0')
), unsent AS MATERIALIZED (
    SELECT count(*) AS many, min(created_at) AS since
    FROM vangnet.notices WHERE sent_at IS NULL AND failed_code IS NULL
), unstarted AS MATERIALIZED (
    SELECT count(*) AS many, min(opened_at) AS since FROM vangnet.cases WHERE started_at IS NULL
), waiting AS MATERIALIZED (
    -- What was told before something that is carried out by now was never taken: it is swept later on.
    SELECT count(*) AS many, min(staged_at) AS since
    FROM vangnet.messages AS told
    WHERE state = 'staged' AND NOT EXISTS (
        SELECT FROM vangnet.messages AS later
        WHERE later.case_id = told.case_id AND later.state <> 'staged' AND later.staged_at > told.staged_at)
), untold AS MATERIALIZED (
    SELECT count(*) AS many, min(opened_at) AS since FROM vangnet.emergencies WHERE told_at IS NULL
)
SELECT
    (SELECT count(*) FROM late) AS overdue,
    (SELECT min(due) FROM late) AS overdue_since,
    -- Whoever hears of a deadline records it at once: nothing was recorded since it passed.
    (SELECT count(*) FROM late WHERE unheard AND due < now() - $1::interval) AS unheard,
    unsent.many AS unsent, unsent.since AS unsent_since,
    unstarted.many AS unstarted, unstarted.since AS unstarted_since,
    waiting.many AS waiting, waiting.since AS waiting_since,
    untold.many AS untold, untold.since AS untold_since,
    (SELECT taken_at FROM vangnet.anchors ORDER BY anchor DESC LIMIT 1) AS anchored_at,
    now() AS at
FROM unsent, unstarted, waiting, untold;

-- name: open_by_step
SELECT step, count(*) AS cases FROM vangnet.overview WHERE step <> 'closed' GROUP BY step;

-- name: behind_journal
-- Both are written in one transaction: they differ only after a restore, or when somebody wrote by hand.
SELECT count(*) FROM vangnet.cases AS opened JOIN vangnet.overview AS shown USING (case_id)
WHERE opened.head_number <> shown.number;

-- name: backed_up
-- The access log backwards, until a backup: with one each night that is a day of it.
SELECT written_at FROM vangnet.access_log
WHERE scope = '-' AND what = $1 AND written_at > now() - $2::interval
ORDER BY written_at DESC, scope DESC, number DESC
LIMIT 1;
