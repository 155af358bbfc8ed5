#!/usr/bin/env bash
# Sets up the programs that tests need from the outside world: a Docker engine, both composes, gh, Prometheus, a
# clock to turn.
#
# usage: scripts/setup-world.sh        into .tools/world; nothing of the system is touched, no root is needed
#
# Packages come from the mirrors that this machine is set up for. They are unpacked, not installed; bin/ then has one
# small script per program, which knows where its libraries are. Compose v2 is in the Debian release after bookworm.
# Debian keeps only the newest version of a package, so versions are written down (versions.txt) and the two composes
# are asked for theirs. Where there is no apt-get, tests use what is on PATH, and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

PACKAGES='docker.io containerd runc crun libyajl2 libseccomp2 libdevmapper1.02.1 libcap2 libsystemd0 libgcrypt20
  libgpg-error0 liblzma5 libzstd1 liblz4-1 libselinux1 libudev1 libpcre2-8-0 tini busybox-static
  docker-compose python3-docker python3-dockerpty python3-docopt python3-dotenv python3-jsonschema python3-texttable
  python3-websocket python3-yaml python3-requests python3-distutils python3-lib2to3 python3-attr python3-pyrsistent
  python3-six python3-urllib3 python3-certifi python3-chardet python3-charset-normalizer python3-idna python3-distro
  python3-cached-property python3-setuptools python3-pkg-resources
  gh libfaketime prometheus'
# What must be there afterwards: NAME=PLACE in the unpacked tree.
PROGRAMS='docker=usr/bin/docker dockerd=usr/sbin/dockerd containerd=usr/bin/containerd
  containerd-shim-runc-v2=usr/bin/containerd-shim-runc-v2 runc=usr/sbin/runc crun=usr/bin/crun busybox=bin/busybox
  gh=usr/bin/gh prometheus=usr/bin/prometheus promtool=usr/bin/promtool'

WORLD="$PWD/.tools/world"
READY="ready-$(cat "$0" | sha256sum | cut -c1-16)"
[ -e "$WORLD/$READY" ] && exit 0

skip() {
	echo "NOT SET UP: $1; tests take docker, docker-compose, crun, busybox and gh from PATH" >&2
	[ "${TTA_PROMOTE_NEEDS_ENGINE:-}" = 1 ] && exit 1
	exit 0
}
command -v apt-get >/dev/null && command -v dpkg >/dev/null || skip 'there is no apt-get'

echo 'setting up the Docker engine, both composes and gh for tests'
NEW="$PWD/.tools/world-new"
rm -rf "$NEW"
mkdir -p "$NEW/deb" "$NEW/root" "$NEW/bin" "$NEW/v1" "$NEW/v2" "$NEW/plugin/cli-plugins"

# apt with lists of its own, so that it works where the system's are empty or cannot be written.
mirror() { # mirror RELEASE [SED EXPRESSION]: the system's sources, for another release where an expression says so
	local apt="$NEW/apt-$1"
	mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
	local file
	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
		[ -s "$file" ] && sed "${2:-}" "$file" >"$apt/sources/$(basename "$file" | sed 's/^sources.list$/main.list/')"
	done
	cat >"$apt/apt.conf" <<-CONF
		Dir::State "$apt"; Dir::State::status "/dev/null"; Dir::Cache "$apt/cache";
		Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "$apt/sources"; APT::Sandbox::User "root";
		Acquire::Languages "none"; Acquire::Retries "3"; Acquire::http::Timeout "30"; Acquire::https::Timeout "30";
	CONF
	APT_CONFIG="$apt/apt.conf" apt-get -qq update || return 1
}
get() { # get RELEASE PACKAGE...: into deb/
	local release=$1
	shift
	(cd "$NEW/deb" && APT_CONFIG="$NEW/apt-$release/apt.conf" apt-get -qq download "$@")
}
wrap() { # wrap FILE WORDS: a program that runs WORDS with the unpacked libraries
	printf '#!/bin/sh\nworld=%s\n%s\n' '$(dirname "$(dirname "$(readlink -f "$0")")")' "$2" >"$1"
	chmod 755 "$1"
}

mirror own || skip 'apt-get update failed'
known="$(APT_CONFIG="$NEW/apt-own/apt.conf" apt-cache pkgnames | sort)"
# shellcheck disable=SC2086  # a list of words
wanted="$(printf '%s\n' $PACKAGES | sort | comm -12 - <(echo "$known"))"
# shellcheck disable=SC2086
get own $wanted || skip 'apt-get download failed'
for deb in "$NEW"/deb/*.deb; do
	dpkg -x "$deb" "$NEW/root"
	dpkg-deb -W "$deb" >>"$NEW/versions.txt"
done

LIBRARIES='LD_LIBRARY_PATH="$(echo "$world"/root/usr/lib/*-linux-gnu "$world"/root/lib/*-linux-gnu | tr " " :)"'
for program in $PROGRAMS; do
	name=${program%%=*} place=${program#*=}
	[ -e "$NEW/root/$place" ] || place="usr/$place"
	[ -e "$NEW/root/$place" ] || skip "the packages do not hold $name"
	case $name in
	docker | gh) wrap "$NEW/bin/$name" "exec \"\$world/root/$place\" \"\$@\"" ;;
	# What dockerd starts, it looks for on PATH.
	dockerd) wrap "$NEW/bin/$name" "PATH=\"\$world/bin:\$PATH\" exec \"\$world/root/$place\" \"\$@\"" ;;
	busybox) ln -sr "$NEW/root/$place" "$NEW/bin/$name" ;;
	*) wrap "$NEW/bin/$name" "exec \"\$world/root/$place\" \"\$@\"" ;;
	esac
	case $name in dockerd | crun | runc | containerd*) sed -i "3i export $LIBRARIES" "$NEW/bin/$name" ;; esac
done
wrap "$NEW/bin/faketime" 'preload="$(echo "$world"/root/usr/lib/*/faketime/libfaketime.so.1)"
time=$1; shift; LD_PRELOAD="$preload" FAKETIME="$time" exec "$@"'

# v1 is a Python program; with -S it uses the packages beside it and not those of the system.
wrap "$NEW/v1/docker-compose" 'packages="$world/root/usr/lib/python3/dist-packages"
more="$(echo "$world"/root/usr/lib/python3.*)"
PYTHONPATH="$packages:$more" exec /usr/bin/python3 -S -W ignore "$world/root/usr/bin/docker-compose" "$@"'
one="$("$NEW/v1/docker-compose" version --short 2>&1 || true)"
case $one in 1.29.*) ;; *) echo "NOT SET UP: compose v1 (${one##*$'\n'})" >&2; rm "$NEW/v1/docker-compose" ;; esac

# v2: the next release's package, which runs alone, from the same mirrors.
two=
if mirror next 's/bookworm/trixie/g'; then
	mkdir "$NEW/next"
	(cd "$NEW/deb" && rm -f ./*.deb) && get next docker-compose && dpkg -x "$NEW"/deb/docker-compose_*.deb "$NEW/next" &&
		dpkg-deb -W "$NEW"/deb/docker-compose_*.deb >>"$NEW/versions.txt" || true
	found="$(find "$NEW/next" -type f -name docker-compose -path '*cli-plugins*' -o -type f -path '*/bin/docker-compose' | head -1)"
	if [ -n "$found" ] && two="$("$found" version --short 2>/dev/null)"; then
		cp "$found" "$NEW/plugin/cli-plugins/docker-compose"
		ln -sr "$NEW/plugin/cli-plugins/docker-compose" "$NEW/v2/docker-compose"
	fi
fi
[ -n "$two" ] || echo 'NOT SET UP: compose v2; there is no package of it' >&2
rm -rf "$NEW/deb" "$NEW"/apt-* "$NEW/next" "$NEW/root/usr/share/doc" "$NEW/root/usr/share/man" "$NEW/root/usr/bin/dnet"
touch "$NEW/$READY"
# Renamed last, so that it is whole or not there.
rm -rf "$WORLD" && mv "$NEW" "$WORLD"
