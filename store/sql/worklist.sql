-- name: worklist
-- $1 organisation, $2 region, $3 step (null: every open one), $4 and $5 due after and until by the wall clock,
-- $6 kind, $7 escalated, $8 which role the organisation has, $9 whether it has a deadline in the case,
-- $10 after this case, $11 limit: null means no condition.
WITH found AS (
    SELECT case_id, due_at
    FROM vangnet.overview
    WHERE organisations @> ARRAY[$1::text] AND region = $2
      AND (step = $3 OR $3::text IS NULL AND step <> 'closed')
      -- A closed case is there for these two only.
      AND ($3::text IS DISTINCT FROM 'closed' OR ARRAY[school, file_holder] @> ARRAY[$1])
      AND ($4::timestamptz IS NULL OR due_at > $4 + clock_offset AND coalesce(due_at, 'infinity') > $4)
      AND ($5::timestamptz IS NULL OR due_at <= $5 + clock_offset)
      AND ($5::timestamptz IS NULL OR coalesce(due_at, 'infinity') <= $5 + (
          SELECT coalesce(max(moved.clock_offset), '0') FROM vangnet.overview AS moved WHERE moved.clock_offset > '0'))
      AND ($6::text IS NULL OR kinds @> ARRAY[$6])
      AND ($7::boolean IS NULL OR (escalation IN ('requested', 'active')) = $7)
      AND ($8::text IS NULL OR $1 = CASE $8
          WHEN 'school' THEN school
          WHEN 'coordinator' THEN coordinator
          WHEN 'process_director' THEN process_director
          WHEN 'file_holder' THEN file_holder END)
      AND ($9::boolean IS NOT TRUE OR due_owners @> ARRAY[$1])
      AND ($9::boolean IS NOT FALSE OR NOT due_owners @> ARRAY[$1])
      AND ($10::text IS NULL OR (coalesce(due_at, 'infinity'), case_id) > (
          SELECT coalesce(last.due_at, 'infinity'), last.case_id FROM vangnet.overview AS last WHERE last.case_id = $10))
    ORDER BY coalesce(due_at, 'infinity'), case_id
    LIMIT $11
)
SELECT shown.state, shown.clock_offset
FROM found JOIN vangnet.overview AS shown USING (case_id)
ORDER BY coalesce(found.due_at, 'infinity'), case_id;

-- name: worklist_of_region
-- The same for who looks after the whole region: without $1, $8 and $9.
WITH found AS (
    SELECT case_id, due_at
    FROM vangnet.overview
    WHERE region = $1
      AND (step = $2 OR $2::text IS NULL AND step <> 'closed')
      AND ($3::timestamptz IS NULL OR due_at > $3 + clock_offset AND coalesce(due_at, 'infinity') > $3)
      AND ($4::timestamptz IS NULL OR due_at <= $4 + clock_offset)
      AND ($4::timestamptz IS NULL OR coalesce(due_at, 'infinity') <= $4 + (
          SELECT coalesce(max(moved.clock_offset), '0') FROM vangnet.overview AS moved WHERE moved.clock_offset > '0'))
      AND ($5::text IS NULL OR kinds @> ARRAY[$5])
      AND ($6::boolean IS NULL OR (escalation IN ('requested', 'active')) = $6)
      AND ($7::text IS NULL OR (coalesce(due_at, 'infinity'), case_id) > (
          SELECT coalesce(last.due_at, 'infinity'), last.case_id FROM vangnet.overview AS last WHERE last.case_id = $7))
    ORDER BY coalesce(due_at, 'infinity'), case_id
    LIMIT $8
)
SELECT shown.state, shown.clock_offset
FROM found JOIN vangnet.overview AS shown USING (case_id)
ORDER BY coalesce(found.due_at, 'infinity'), case_id;

-- name: work_count
-- How many open cases are due in a stretch of time, up to $5 of them: $1 organisation or null for the whole region,
-- $2 region, $3 and $4 due after and until by the wall clock.
SELECT count(*) FROM (
    SELECT FROM vangnet.overview
    WHERE ($1::text IS NULL OR organisations @> ARRAY[$1]) AND region = $2 AND step <> 'closed'
      AND ($3::timestamptz IS NULL OR due_at > $3 + clock_offset AND coalesce(due_at, 'infinity') > $3)
      AND ($4::timestamptz IS NULL OR due_at <= $4 + clock_offset)
      AND ($4::timestamptz IS NULL OR coalesce(due_at, 'infinity') <= $4 + (
          SELECT coalesce(max(moved.clock_offset), '0') FROM vangnet.overview AS moved WHERE moved.clock_offset > '0'))
    LIMIT $5
) AS counted;
