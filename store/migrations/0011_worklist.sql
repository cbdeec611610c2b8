-- The work list walks open cases in the order of their deadlines; after some years most cases are closed.
CREATE INDEX overview_open_by_due ON vangnet.overview ((coalesce(due_at, 'infinity')), case_id)
    WHERE step <> 'closed';
