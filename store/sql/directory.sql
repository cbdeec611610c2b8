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

-- name: contact
SELECT organisation.webhook_url, contact.sealed
FROM vangnet.organisations AS organisation
LEFT JOIN vangnet.contacts AS contact
    ON contact.region = organisation.region AND contact.organisation = organisation.organisation
    AND contact.contact = $3
WHERE organisation.region = $1 AND organisation.organisation = $2;
