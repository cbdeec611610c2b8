-- name: logs_due
-- Cases of which nothing has been left to read since before this day, and whose journal or looks are still there.
SELECT opened.case_id
FROM vangnet.cases AS opened
WHERE opened.region = $1
  AND NOT EXISTS (SELECT FROM keystore.data_keys AS kept WHERE kept.scope = opened.case_id)
  AND (SELECT max(done.at) FROM vangnet.retention_log AS done
       WHERE done.case_id = opened.case_id AND done.act = 'destroy' AND done.part NOT IN ('logs', 'history')) < $2::date
  AND NOT EXISTS (
      SELECT FROM vangnet.retention_log AS done WHERE done.case_id = opened.case_id AND done.part = 'logs'
  )
ORDER BY opened.case_id
LIMIT $3;

-- name: looks_left
-- Cases whose journal is gone, and at which somebody looked since.
SELECT done.case_id
FROM vangnet.retention_log AS done
WHERE done.region = $1 AND done.part = 'logs'
  AND EXISTS (SELECT FROM vangnet.access_log AS entry WHERE entry.scope = done.case_id)
ORDER BY done.case_id
LIMIT $2;

-- name: destroy_log
SELECT vangnet.destroy_log($1, $2);

-- name: lawful_cuts
-- Where chains may begin: at a row that one of these anchors, all of them old enough, knew; of a case only at its end,
-- and with nothing of its file left.
SELECT cut.log, cut.scope, cut.number, cut.hash
FROM vangnet.cuts AS cut JOIN vangnet.anchor_heads AS known USING (log, scope, number)
WHERE known.hash = cut.hash AND known.anchor = ANY ($1::integer[])
  AND NOT EXISTS (SELECT FROM keystore.data_keys AS kept WHERE kept.scope = cut.scope)
  AND (cut.log = 'access_log' OR cut.number = (SELECT head_number FROM vangnet.cases WHERE case_id = cut.scope))
ORDER BY cut.number;
