#!/bin/sh
# A private Docker engine that lives as long as standard input is open; then it and all that it made are gone.
#
# usage: engine.sh FOLDER PATH      the engine's socket is FOLDER/docker.sock; programs are looked for on PATH
#
# It needs root, and a mount namespace of its own: crun refuses the hybrid layout of cgroups that some machines have.
set -u
folder=$1
PATH=$2
export PATH
export DOCKER_HOST="unix://$folder/docker.sock"
cat >"$folder/daemon.json" <<JSON
{"hosts": ["$DOCKER_HOST"], "data-root": "$folder/data", "exec-root": "$folder/exec", "pidfile": "$folder/docker.pid",
 "storage-driver": "overlay2", "bridge": "none", "iptables": false, "ip6tables": false, "ip-forward": false,
 "ip-masq": false, "default-runtime": "plain", "shutdown-timeout": 1,
 "runtimes": {"plain": {"path": "$(command -v crun)", "runtimeArgs": ["--cgroup-manager=disabled"]}}}
JSON
unshare --mount --propagation private sh -c '
	umount /sys/fs/cgroup/unified 2>/dev/null
	exec dockerd --config-file "$1"
' sh "$folder/daemon.json" >"$folder/dockerd.log" 2>&1 </dev/null &
engine=$!
cat >/dev/null
docker ps --all --quiet | xargs -r docker rm --force --volumes
docker network prune --force
kill "$engine"
wait "$engine"
rm -rf "$folder"
