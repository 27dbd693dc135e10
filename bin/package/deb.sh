#!/usr/bin/env bash
# Makes the .deb from a staged release. Usage: bin/package/deb.sh STAGE VERSION FILE
set -euo pipefail
stage=$1 version=$2 file=$3
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"

# A folder for each version and a link to the one in use: a reload starts the workers of whatever the link names then.
mkdir -p "$root/usr/lib/studip-oauth2" "$root/usr/bin" "$root/etc" "$root/DEBIAN"
cp -r "$stage" "$root/usr/lib/studip-oauth2/$version"
ln -s "$version" "$root/usr/lib/studip-oauth2/current"
ln -s ../lib/studip-oauth2/current/bin/studip "$root/usr/bin/studip-oauth2"

install -D -m 644 "$here/sysusers.conf" "$root/usr/lib/sysusers.d/studip-oauth2.conf"
# The working directory is none of a version: an upgrade would take it away from the service.
for unit in "$stage"/docs/systemd/*; do
  sed -e 's#/opt/studip-oauth2/#/usr/lib/studip-oauth2/current/#g' -e 's#=/opt/studip-oauth2$#=/usr/lib/studip-oauth2#' \
    -e 's#^DynamicUser=yes#User=studip-oauth2#' -e '/^Environment=STUDIP_PATH=/d' -e '/^# .*Copy to \/etc\/systemd/d' "$unit" \
    | install -D -m 644 /dev/stdin "$root/usr/lib/systemd/system/$(basename "$unit")"
done
"$root/usr/bin/studip-oauth2" completion | sed "s#$root/usr/bin/##g" \
  | install -D -m 644 /dev/stdin "$root/usr/share/bash-completion/completions/studip-oauth2"
install -D -m 644 "$stage/LICENSE" "$root/usr/share/doc/studip-oauth2/copyright"
ln -s ../../../lib/studip-oauth2/current/docs "$root/usr/share/doc/studip-oauth2/docs"
install -D -m 640 "$here/studip-oauth2.env" "$root/etc/studip-oauth2/env"

echo /etc/studip-oauth2/env > "$root/DEBIAN/conffiles"
sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$(du -sk --exclude=DEBIAN "$root" | cut -f1)/" "$here/control" > "$root/DEBIAN/control"
for script in postinst prerm postrm; do install -m 755 "$here/$script" "$root/DEBIAN/$script"; done
dpkg-deb --root-owner-group -Zxz --build "$root" "$file" > /dev/null
