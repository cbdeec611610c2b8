#!/bin/sh
# Makes the secrets that compose.yaml hands out, in deploy/secrets or the folder that is named; what is there stays.
#
# DATABASE_HOST says where PostgreSQL is, as the addresses are written; `database` as compose.yaml calls it.
# The folder is closed to others. The files in it are not: a container's user is another one than this machine's.
# Keep a copy of key_ring apart from every backup of the database: without it nobody reads a file again.
set -eu

host=${DATABASE_HOST:-database}
folder=${1:-$(dirname "$0")/secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
umask 022

made() { # made NAME: reads what it becomes, unless it is there
    if [ -s "$1" ]; then
        cat >/dev/null
        echo "$1: there already" >&2
    else
        cat >"$1.new"
        mv "$1.new" "$1"
        echo "$1: made" >&2
    fi
}
random() { openssl rand -base64 32 | tr -d '\n'; }
password() { openssl rand -hex 24; }

password | made database_password
password | made database_app_password
password | made backup_database_password
password | made temporal_database_password
echo "postgresql://vangnet_app:$(cat database_app_password)@$host/vangnet" | made database_url
echo "postgresql://vangnet:$(cat database_password)@$host/vangnet" | made migrate_database_url
printf '{"current": "key-1", "keys": {"key-1": "%s"}, "secret": "%s"}\n' "$(random)" "$(random)" | made key_ring
openssl genpkey -algorithm ed25519 | made anchor_key
# A provider that knows its clients by certificates (Entra ID) wants a key of RSA: put yours there beforehand.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | made oidc_key
openssl pkey -in oidc_key -pubout | made oidc_key.pub
# Those that others give you: empty until you write them.
[ -e smtp_password ] || : >smtp_password
[ -e console_client_secret ] || : >console_client_secret
echo "Give oidc_key.pub to the login provider, and write smtp_password and console_client_secret." >&2
