#!/usr/bin/env bash
# node-image.sh STORAGE: makes the image localhost/podspan-node, a Debian with this Node and npm, for a Dockerfile's FROM where no
# image registry can be reached. As root, with buildah and debootstrap.
set -euo pipefail
storage=$1
name=localhost/podspan-node
root=$(cd "$(dirname "$0")/../.." && pwd)
node=$root/node_modules/node/bin/node
buildah=(buildah --root "$storage/root" --runroot "$storage/run" --storage-driver vfs)

stamp=$("$node" --version)
[ "$(cat "$storage/node-image.version" 2>/dev/null)" = "$stamp" ] && "${buildah[@]}" inspect --type image "$name" >/dev/null 2>&1 && exit 0
mkdir -p "$storage"
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 -v security || true)
debootstrap --variant=minbase --include=ca-certificates,libatomic1 bookworm "$files" ${mirror:+"$mirror"} >"$storage/debootstrap.log"
rm -rf "$files"/var/cache/apt/* "$files"/var/lib/apt/lists/* "$files"/usr/share/doc "$files"/usr/share/locale
# The authorities that this machine trusts: packages may come by way of a proxy of its own.
certificates=etc/ssl/certs/ca-certificates.crt
cp "${NODE_EXTRA_CA_CERTS:-/$certificates}" "$files/$certificates"
cp "$node" "$files/usr/local/bin/node"
mkdir -p "$files/usr/local/lib/node_modules"
cp -r "$(npm root --global)/npm" "$files/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$files/usr/local/bin/npm"

container=$("${buildah[@]}" from scratch)
"${buildah[@]}" copy --quiet "$container" "$files" / >/dev/null
"${buildah[@]}" config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  --env "NODE_EXTRA_CA_CERTS=/$certificates" "$container"
"${buildah[@]}" commit --quiet "$container" "$name" >/dev/null
"${buildah[@]}" rm "$container" >/dev/null
echo "$stamp" >"$storage/node-image.version"
