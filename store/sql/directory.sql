-- name: organisations
SELECT region, organisation AS id, kind, name, webhook_url
FROM vangnet.organisations
WHERE region = $1
ORDER BY organisation;

-- name: save_organisation
INSERT INTO vangnet.organisations (region, organisation, kind, name, webhook_url)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (region, organisation) DO UPDATE SET
    kind = excluded.kind, name = excluded.name, webhook_url = excluded.webhook_url;

-- name: save_contact
INSERT INTO vangnet.contacts (region, organisation, contact, sealed)
VALUES ($1, $2, $3, $4)
ON CONFLICT (region, organisation, contact) DO UPDATE SET sealed = excluded.sealed;

-- name: contacts
SELECT contact, sealed FROM vangnet.contacts WHERE region = $1 AND organisation = $2;
