#!/bin/sh
# /usr/local/sbin/vangnet: the command line, with the settings and secrets of this server's processes. For root.
set -eu

secrets=/etc/vangnet/secrets
set -a
# shellcheck source=/dev/null
. /etc/vangnet/settings
set +a
# Who gives a secret itself, as restore.sh does, means that one: together with its file it would be refused.
[ -n "${VANGNET_DATABASE_URL:-}" ] || export VANGNET_DATABASE_URL_FILE="$secrets/database_url"
[ -n "${VANGNET_MIGRATE_DATABASE_URL:-}" ] || export VANGNET_MIGRATE_DATABASE_URL_FILE="$secrets/migrate_database_url"
[ -n "${VANGNET_SMTP_PASSWORD:-}" ] || export VANGNET_SMTP_PASSWORD_FILE="$secrets/smtp_password"
export VANGNET_KEY_RING="$secrets/key_ring"
export VANGNET_OIDC_PRIVATE_KEY="$secrets/oidc_key"
export VANGNET_ANCHOR_KEY="$secrets/anchor_key"
export VANGNET_ANCHOR_FILE=/var/lib/vangnet/anchors
exec /opt/vangnet/bin/vangnet "$@"
