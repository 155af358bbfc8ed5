#!/usr/bin/env bash
# Sets up the browser that tests look at reports with: Debian's Chromium without a window, a font, and axe-core.
#
# usage: scripts/setup-browser.sh      into .tools/browser; nothing of the system is touched, no root is needed
#
# The packages come from the mirrors that this machine is set up for, and are unpacked, not installed. Where there is no
# such package (Ubuntu's is a snap), tests use a chromium or google-chrome on PATH. axe-core comes from npm, pinned.
set -euo pipefail
cd "$(dirname "$0")/.."

AXE=4.14.1
# What every system has and must not be mixed; and what draws on a graphics card, which is never done here.
NOT_NEEDED='libc6|libgcc-s1|libstdc\+\+6|gcc-[0-9]+-base|libc-bin|.*(debconf|dpkg|perl|tar|adduser|passwd).*|libllvm.*|libz3-.*|libgl1-mesa-dri|libglx-mesa0|libglapi-mesa|x11-utils|x11-common|xdg-utils|lsb-base|sysvinit-utils'
BROWSER="$PWD/.tools/browser"
READY="ready-$(sha256sum <"$0" | cut -c1-16)"
[ -e "$BROWSER/$READY" ] && exit 0

skip() {
	echo "NOT SET UP: $1; the tests in a browser are not run" >&2
	[ "${TTA_PROMOTE_NEEDS_ENGINE:-}" = 1 ] && exit 1
	exit 0
}
echo 'setting up Chromium and axe-core for tests'
NEW="$PWD/.tools/browser-new"
rm -rf "$NEW"
mkdir -p "$NEW/apt/lists/partial" "$NEW/apt/cache/archives/partial" "$NEW/deb" "$NEW/root" "$NEW/bin" "$NEW/axe"

command -v npm >/dev/null || skip 'there is no npm'
(cd "$NEW/axe" && npm pack --silent "axe-core@$AXE" >/dev/null && tar -xzf "axe-core-$AXE.tgz" --strip-components=1 \
	package/axe.min.js package/LICENSE && rm "axe-core-$AXE.tgz") || skip 'npm pack axe-core failed'

# apt with lists and a state of its own: what is installed here does not matter, but for what every system has.
chromium() {
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
	cat >"$NEW/apt/apt.conf" <<-CONF
		Dir::State "$NEW/apt"; Dir::State::status "/dev/null"; Dir::Cache "$NEW/apt/cache"; APT::Sandbox::User "root";
		APT::Install-Recommends "false"; Acquire::Languages "none"; Acquire::Retries "3";
		Acquire::http::Timeout "30"; Acquire::https::Timeout "30";
	CONF
	export APT_CONFIG="$NEW/apt/apt.conf"
	apt-get -qq update || return 1
	local packages
	packages="$(apt-get -qq --print-uris install chromium-headless-shell fonts-dejavu-core 2>/dev/null |
		sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p" | grep -vxE "$NOT_NEEDED")" || return 1
	[ -n "$packages" ] || return 1
	# shellcheck disable=SC2086  # a list of words
	(cd "$NEW/deb" && apt-get -qq download $packages) || return 1
	local deb
	for deb in "$NEW"/deb/*.deb; do
		dpkg-deb -x "$deb" "$NEW/root"
		dpkg-deb -W "$deb" >>"$NEW/versions.txt"
	done
	unset APT_CONFIG
	program="$(find "$NEW/root/usr/lib" -type f \( -name headless_shell -o -name chromium-headless-shell \) | head -1)"
	[ -n "$program" ]
}
if chromium; then
	program="${program#"$NEW/"}"
	# Its fonts alone, so that a page looks alike on every machine.
	cat >"$NEW/fonts.conf" <<-'CONF'
		<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
		<fontconfig><dir prefix="relative">root/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir>
		<alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
		<alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias></fontconfig>
	CONF
	cat >"$NEW/bin/chromium" <<-SCRIPT
		#!/bin/sh
		browser=\$(dirname "\$(dirname "\$(readlink -f "\$0")")")
		export LD_LIBRARY_PATH="\$(echo "\$browser"/root/usr/lib/*-linux-gnu "\$browser"/root/lib/*-linux-gnu "\$browser"/root/usr/lib/*-linux-gnu/pulseaudio | tr ' ' :)"
		export FONTCONFIG_FILE="\$browser/fonts.conf"
		exec "\$browser/$program" "\$@"
	SCRIPT
	chmod 755 "$NEW/bin/chromium"
else
	echo 'NOT SET UP: there is no package chromium-headless-shell; tests take chromium or google-chrome from PATH' >&2
fi
rm -f "$NEW"/root/usr/lib/chromium/libVk*
rm -rf "$NEW/deb" "$NEW/apt" "$NEW/root/usr/share/doc" "$NEW/root/usr/share/man" "$NEW/root/usr/share/locale"
touch "$NEW/$READY"
# Renamed last, so that it is whole or not there.
rm -rf "$BROWSER" && mv "$NEW" "$BROWSER"
