-- With its journal goes all else that tells of a case by its number: how it stands and ended, its opening, who was asked
-- and told what. What stays is the number itself with the end of its chain, and that its logs were destroyed.

-- As before, and two more tables of which rows may go in that one way.
CREATE OR REPLACE FUNCTION vangnet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME IN ('journal', 'access_log', 'retention_log', 'rights_steps')
        AND current_setting('vangnet.cutting', true) = 'lawful' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END
$$;

-- The application could delete there as far as its rights went; from now on the trigger is not all that keeps it from it.
REVOKE UPDATE, DELETE, TRUNCATE ON vangnet.retention_log, vangnet.rights_steps FROM vangnet_app;

CREATE FUNCTION vangnet.forget_case(of_case text) RETURNS void
LANGUAGE plpgsql SET search_path = vangnet, pg_temp AS $$
BEGIN
    DELETE FROM vangnet.rights_steps AS step USING vangnet.rights_requests AS asked
        WHERE asked.case_id = of_case AND step.request_id = asked.request_id;
    DELETE FROM vangnet.rights_requests WHERE case_id = of_case;
    DELETE FROM vangnet.statements WHERE case_id = of_case;
    DELETE FROM vangnet.emergencies WHERE case_id = of_case;
    DELETE FROM vangnet.holds WHERE case_id = of_case;
    DELETE FROM vangnet.departures WHERE case_id = of_case;
    DELETE FROM vangnet.reviews WHERE case_id = of_case;
    DELETE FROM vangnet.link_codes WHERE case_id = of_case;
    DELETE FROM vangnet.links WHERE case_id = of_case;
    DELETE FROM vangnet.notices WHERE case_id = of_case;
    DELETE FROM vangnet.hand_overs WHERE case_id = of_case;
    DELETE FROM vangnet.notes WHERE case_id = of_case;
    DELETE FROM vangnet.people WHERE case_id = of_case;
    DELETE FROM vangnet.pupil_fingerprints WHERE case_id = of_case;
    DELETE FROM vangnet.allotments WHERE case_id = of_case;
    DELETE FROM vangnet.messages WHERE case_id = of_case;
    DELETE FROM vangnet.overview WHERE case_id = of_case;
    -- A part's rule says how the case ended.
    DELETE FROM vangnet.retention_log WHERE case_id = of_case AND part NOT IN ('logs', 'history');
    UPDATE vangnet.cases SET opening = '{}', next_person = 0, started_at = coalesce(started_at, opened_at)
        WHERE case_id = of_case;
END
$$;

CREATE OR REPLACE FUNCTION vangnet.destroy_log(of_log text, of_scope text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = vangnet, pg_temp AS $$
DECLARE
    acting text := coalesce(current_setting('vangnet.acting', true), '');
    gone integer;
BEGIN
    PERFORM set_config('vangnet.cutting', 'lawful', true), set_config('vangnet.acting', 'system', true);
    gone := vangnet.cut_log(of_log, of_scope);
    IF of_log = 'journal' AND gone > 0 THEN
        PERFORM vangnet.forget_case(of_scope);
    END IF;
    PERFORM set_config('vangnet.cutting', '', true), set_config('vangnet.acting', acting, true);
    RETURN gone;
END
$$;

REVOKE EXECUTE ON FUNCTION vangnet.forget_case FROM PUBLIC;

-- Why a case is held, and when somebody has to look whether it still must be. One that was placed before said neither: it
-- is to be looked at now.
ALTER TABLE vangnet.holds ADD COLUMN ground text, ADD COLUMN review_on date NOT NULL DEFAULT current_date;
GRANT UPDATE (ground, review_on) ON vangnet.holds TO vangnet_app;
