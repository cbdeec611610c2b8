#!/bin/sh
# Makes the secrets that compose.yaml hands out, in deploy/secrets or the folder that is named; what is there stays.
#
# DATABASE_HOST says where PostgreSQL is, as the addresses are written; `database` as compose.yaml calls it.
# The folder is closed to others. The files in it are not: a container's user is another one than this machine's.
# Keep a copy of key_ring apart from every backup of the database: without it nobody reads a file again.
set -eu

host=${DATABASE_HOST:-database}
folder=${1:-$(dirname "$0")/secrets}
fail() { echo "secrets: $*" >&2; exit 1; }
command -v openssl >/dev/null || fail "openssl is missing; nothing was made"
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"
umask 022

# What was made where openssl was missing or broken protects nothing, and is not kept: nor is it made anew by itself, as
# somebody may have begun to use it.
empty() { # empty NAME: whether nothing stands in it, or the key or password within it is nothing
    grep -q '[^[:space:]]' "$1" || return 0
    case ${1%.new} in
    key_ring) grep -q '""' "$1" ;;
    *_url) grep -q '//[^:/@]*:@' "$1" ;;
    *) return 1 ;;
    esac
}
wrong=
for name in database_password database_app_password backup_database_password temporal_database_password \
    database_url migrate_database_url key_ring anchor_key oidc_key oidc_key.pub; do
    [ -e "$name" ] && empty "$name" && echo "$name: there already, and empty" >&2 && wrong=yes
done
[ -z "$wrong" ] || fail "an empty secret protects nothing: take these away and run this again; nothing was made"

made() { # made NAME PROGRAM ...: what the program prints, unless it is there; not through a pipe, which hides that it failed
    name=$1
    shift
    if [ -e "$name" ]; then
        echo "$name: there already" >&2
    else
        if ! "$@" >"$name.new" || empty "$name.new"; then
            rm -f "$name.new"
            fail "$name could not be made"
        fi
        mv "$name.new" "$name"
        echo "$name: made" >&2
    fi
}
address() { printf 'postgresql://%s:%s@%s/vangnet\n' "$1" "$(cat "$2")" "$host"; }
random() { openssl rand -base64 32; }
key_ring() {
    key=$(random) && secret=$(random) || return 1
    printf '{"current": "key-1", "keys": {"key-1": "%s"}, "secret": "%s"}\n' "$key" "$secret"
}

for name in database_password database_app_password backup_database_password temporal_database_password; do
    made "$name" openssl rand -hex 24
done
made database_url address vangnet_app database_app_password
made migrate_database_url address vangnet database_password
made key_ring key_ring
made anchor_key openssl genpkey -algorithm ed25519
# A provider that knows its clients by certificates (Entra ID) wants a key of RSA: put yours there beforehand.
made oidc_key openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
made oidc_key.pub openssl pkey -in oidc_key -pubout
# Those that others give you: empty until you write them.
[ -e smtp_password ] || : >smtp_password
[ -e console_client_secret ] || : >console_client_secret
echo "Give oidc_key.pub to the login provider, and write smtp_password and console_client_secret." >&2
