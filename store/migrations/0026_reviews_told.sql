-- What an organisation's desk was last mailed of a proposal. A release that knows nothing of it leaves it empty.
ALTER TABLE vangnet.reviews ADD COLUMN told_state text;

-- What was over before anybody was mailed of such things is no news any more.
UPDATE vangnet.reviews SET told_state = state WHERE state <> 'waiting';

CREATE INDEX reviews_untold ON vangnet.reviews (asked_at)
    WHERE state IN ('waiting', 'declined', 'refused', 'expired') AND told_state IS DISTINCT FROM state;
