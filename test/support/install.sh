#!/usr/bin/env bash
# Installs what the tests and the demo need and this machine lacks: MariaDB, nginx and, for the tests, Chromium, Redis, Apache, PHP, faketime, debootstrap, two libraries for Python and relying parties.
# Usage: test/support/install.sh [--demo]. Needs apt and root or sudo only when something is missing.
set -euo pipefail

# Daemons live in /usr/sbin, which is not in everybody's PATH.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
missing=()
need() { # need <package> <command>...: any of the commands will do
  local package=$1 command
  shift
  for command in "$@"; do if command -v "$command" > /dev/null; then return; fi; done
  missing+=("$package")
}

need_file() { # need_file <package> <path>: for what has no command of its own
  if [[ ! -e $2 ]]; then missing+=("$1"); fi
}

need mariadb-server mariadbd
need nginx nginx
need openssl openssl
if [[ ${1:-} != --demo ]]; then
  # Chromium without a desktop around: the same engine for a third of the processor time. Not every distribution has it.
  need chromium-headless-shell chromium-headless-shell chromium
  need redis-server redis-server
  need apache2-bin apache2
  need faketime faketime
  need debootstrap debootstrap
  need php-cli php
  # shellcheck disable=SC2046 # One word a command: its name ends in PHP's version.
  need php-fpm $(compgen -c php-fpm)
  # What clients in PHP send requests with.
  if [[ $(php -m 2> /dev/null) != *curl* ]]; then missing+=(php-curl); fi
  # What docs/developers.md and docs/sign-in show in Python runs with Debian's own.
  for module in requests_oauthlib authlib flask; do
    if ! /usr/bin/python3 -c "import $module" 2> /dev/null; then missing+=("python3-${module//_/-}"); fi
  done
  need_file libapache2-mod-auth-openidc /usr/lib/apache2/modules/mod_auth_openidc.so
fi
# A whole Chromium that is there already will do where Debian's other one cannot be had without asking.
lighter=()
if [[ ${1:-} != --demo ]] && ! command -v chromium-headless-shell > /dev/null && grep -qx ID=debian /etc/os-release &&
  { [[ $(id -u) -eq 0 ]] || sudo -n true 2> /dev/null; }; then
  lighter=(chromium-headless-shell)
fi
if [[ ${#missing[@]} -eq 0 && ${#lighter[@]} -eq 0 ]]; then exit 0; fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then as_root=(sudo); fi
if ! command -v apt-get > /dev/null || { [[ $(id -u) -ne 0 ]] && ! command -v sudo > /dev/null; }; then
  echo "Please install: ${missing[*]} (names of Debian's packages; this script can do it with apt, as root or with sudo)." >&2
  exit 1
fi

# Debian starts the services of fresh packages at once. We run private instances, so a policy says no while apt works;
# a policy that is there already is the administrator's and stays.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" > /dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

log=$(mktemp)
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >> "$log" 2>&1; }
if [[ ${#missing[@]} -eq 0 ]]; then
  echo "Installing ${lighter[*]} …" >&2
  if ! apt update || ! apt install -y --no-install-recommends "${lighter[@]}"; then
    echo "It cannot be had here; chromium takes its place." >&2
  fi
  rm -f "$log"
  exit 0
fi
echo "Installing ${missing[*]} …" >&2
if ! apt update || ! apt install -y --no-install-recommends "${missing[@]}"; then
  tail -n 30 "$log" >&2
  echo "apt could not install ${missing[*]}; its whole output is in $log." >&2
  exit 1
fi
rm -f "$log"
