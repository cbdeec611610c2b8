-- name: overview
SELECT state, clock_offset, policy_version
FROM vangnet.overview JOIN vangnet.cases USING (case_id)
WHERE case_id = $1;

-- name: overviews
-- $1 step, $2 organisation, $3 overdue, $4 after this case, $5 limit: null means no condition.
SELECT case_id, region, step, kinds, school, file_holder, coordinator, process_director, escalation, safety,
    due_task, due_at, coalesce(due_at < now() + clock_offset, false) AS overdue, at, opened_at, state AS case
FROM vangnet.overview JOIN vangnet.cases USING (case_id, region)
WHERE ($1::text IS NULL OR step = $1)
  AND ($2::text IS NULL OR organisations @> ARRAY[$2])
  AND ($3::boolean IS NULL OR coalesce(due_at < now() + clock_offset, false) = $3)
  AND ($3::boolean IS NOT TRUE OR coalesce(due_at, 'infinity') < now() + (
      -- Finds them by the index: nobody is further ahead than this.
      SELECT coalesce(max(moved.clock_offset), '0') FROM vangnet.overview AS moved WHERE moved.clock_offset > '0'))
  AND ($4::text IS NULL OR (coalesce(due_at, 'infinity'), case_id) > (
      SELECT coalesce(last.due_at, 'infinity'), last.case_id FROM vangnet.overview AS last WHERE last.case_id = $4))
ORDER BY coalesce(due_at, 'infinity'), case_id
LIMIT $5;

-- name: counts
SELECT step, count(*) AS cases, count(*) FILTER (WHERE due_at < now() + clock_offset) AS overdue
FROM vangnet.overview
GROUP BY step;

-- name: counts_of_organisation
SELECT step, count(*) AS cases, count(*) FILTER (WHERE due_at < now() + clock_offset) AS overdue
FROM vangnet.overview
WHERE organisations @> ARRAY[$1::text]
GROUP BY step;

-- name: clock_ahead
-- What was recorded on the way may have moved it as far already, or further.
UPDATE vangnet.overview SET clock_offset = greatest(clock_offset, $2) WHERE case_id = $1;

-- name: move_clock
UPDATE vangnet.overview SET clock_offset = clock_offset + $2 WHERE case_id = $1 RETURNING true;
