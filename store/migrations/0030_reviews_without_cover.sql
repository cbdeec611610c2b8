-- Whether who asked could read their organisation's own notes then. Where they could not, nothing of the file is in a
-- proposal, and a colleague may weigh a legal basis by it. What 0.1 keeps counts as asked by who could: nobody reads more for it.
ALTER TABLE vangnet.reviews ADD COLUMN asked_covered boolean NOT NULL DEFAULT true;
