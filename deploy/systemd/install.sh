#!/bin/sh
# Puts the committed state of this checkout on a Debian server: the program in /opt, the units where systemd looks.
#
# Each version gets a folder of its own, and /opt/vangnet leads to the one in force: the one before it stays for a way
# back (`ln -sfn`). Starts nothing. As root.
set -eu

checkout=$(cd "$(dirname "$0")/../.." && pwd)
cd "$checkout"
program=/opt/vangnet-$(git -c safe.directory="$checkout" describe --tags --always)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -e "$program/whole" ]; then
    # What is committed and nothing else: what an earlier build left in the checkout is no part of it.
    mkdir "$work/source"
    git -c safe.directory="$checkout" archive HEAD | tar -x -C "$work/source"
    python3 -m venv "$work/tools"
    python3 -m venv --clear --without-pip "$program"
    pip() { "$work/tools/bin/pip" --quiet --disable-pip-version-check "$@"; }
    pip install --require-hashes -r requirements/build.txt
    pip --python "$program/bin/python" install --require-hashes -r requirements/run.txt
    pip wheel --no-deps --no-build-isolation --wheel-dir "$work" "$work/source"
    pip --python "$program/bin/python" install --no-deps --no-index "$work"/*.whl
    touch "$program/whole"
fi
ln -sfn "$program" /opt/vangnet

install -d /etc/systemd/system/vangnet-.service.d
install -m 644 deploy/systemd/vangnet-.service.d/bounds.conf /etc/systemd/system/vangnet-.service.d/
install -m 644 deploy/systemd/*.service deploy/systemd/*.target deploy/systemd/*.timer /etc/systemd/system/
install -m 755 deploy/systemd/vangnet.sh /usr/local/sbin/vangnet
systemctl daemon-reload
echo "$program is in force for what is started from now on."
