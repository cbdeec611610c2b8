-- name: place_hold
-- The lock keeps a destruction that is under way, and this, apart.
WITH closed AS MATERIALIZED (
    SELECT opened.case_id, opened.region
    FROM vangnet.cases AS opened JOIN vangnet.overview AS shown USING (case_id)
    WHERE opened.case_id = $1 AND shown.step = 'closed'
    FOR NO KEY UPDATE OF opened
)
INSERT INTO vangnet.holds (region, case_id, placed_by) SELECT region, case_id, $2 FROM closed
ON CONFLICT DO NOTHING
RETURNING true;

-- name: lift_hold
UPDATE vangnet.holds SET lifted_at = clock_timestamp(), lifted_by = $2 WHERE case_id = $1 AND lifted_at IS NULL
RETURNING true;

-- name: holds
SELECT case_id, placed_at, placed_by FROM vangnet.holds WHERE region = $1 AND lifted_at IS NULL ORDER BY placed_at, hold;
