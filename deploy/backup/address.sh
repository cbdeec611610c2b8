# shellcheck shell=sh
# Read by backup.sh and restore.sh: takes the password out of a database's address, because what stands on a command line
# is shown to everybody on this machine.

# address URL: sets `address`, the URL without its password, and `password`, empty where it has none.
address() {
    rest=${1#*://}
    before=${rest%%[/?]*}
    address=$1 password=
    case $before in
    *:*@*)
        password=${before#*:}
        password=${password%%@*}
        address=${1%%://*}://${before%%:*}@${rest#*@}
        password=$(decoded "$password")
        ;;
    esac
    case $address in
    *password=*) echo "the password of a database's address stands before its @" >&2 && return 2 ;;
    esac
}

# decoded TEXT: as an address writes it, %40 for @.
decoded() {
    left=$1
    while [ "$left" != "${left#*%}" ]; do
        after=${left#*%}
        code=${after%"${after#??}"}
        # shellcheck disable=SC2059  # the octal number of a character is a format
        printf "%s$(printf '\\%03o' "0x$code")" "${left%%"%"*}"
        left=${after#??}
    done
    printf %s "$left"
}

# with_password PROGRAM ...: runs one of PostgreSQL's programs; without a password it takes PGPASSWORD or ~/.pgpass, as ever.
with_password() {
    if [ -n "$password" ]; then PGPASSWORD=$password "$@"; else "$@"; fi
}
