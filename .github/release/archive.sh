#!/usr/bin/env bash
# Packs a program that was built for TARGET, with its manual, completions and licences, into an archive in the folder
# OUT, and writes the SHA-256 of the archive beside it: archive.sh PROGRAM VERSION TARGET OUT
set -euo pipefail

program=$1 version=$2 target=$3 out=$4
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
name=palette-knife-$version-$target
folder=$out/$name

mkdir -p "$folder/completions"
cp "$program" "$root/README.md" "$root/CHANGELOG.md" "$root"/LICENSE-* "$folder"
"$program" man --out "$folder/man"
for shell in bash elvish fish powershell zsh; do
    "$program" completions "$shell" > "$folder/completions/palette-knife.$shell"
done

cd "$out"
case $target in
*-windows-*)
    archive=$name.zip
    7z a -bso0 "$archive" "$name"
    ;;
*)
    archive=$name.tar.gz
    tar -czf "$archive" "$name"
    ;;
esac
rm -r "$name"
# macOS has no sha256sum, and every runner has Perl's shasum.
shasum --algorithm 256 "$archive" > "$archive.sha256"
