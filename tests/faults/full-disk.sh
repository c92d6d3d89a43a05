#!/usr/bin/env bash
# A disk that is full: results are written whole or not at all, and a run with room again completes.
#
# Needs a small file system of its own: root, or user namespaces (`unshare -rm`), and tmpfs. Without them it says so and
# ends with 77.
#
#     tests/faults/full-disk.sh path/to/palette-knife
set -euo pipefail

program=$(realpath "${1:?the program to test}")
fixtures=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../../fixtures")

if [[ ${2:-} != inside ]]; then
    for namespace in "unshare -m" "unshare -rm"; do
        # shellcheck disable=SC2086
        if $namespace sh -c 'mount -t tmpfs -o size=64k none /mnt' 2>/dev/null; then
            exec $namespace bash "${BASH_SOURCE[0]}" "$program" inside
        fi
    done
    echo "skipped: a small tmpfs cannot be mounted here"
    exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rewrite=("$program" rewrite "$fixtures/profiles" --to "$fixtures/destinations/twin" --allow-masked -o)
"${rewrite[@]}" "$work/whole" >/dev/null

ways=0
for size in 4k 16k 32k 64k 96k 128k 160k; do
    mkdir -p "$work/small"
    mount -t tmpfs -o "size=$size" none "$work/small"
    code=0
    "${rewrite[@]}" "$work/small/out" >"$work/said" 2>&1 || code=$?
    [[ $code == 0 || $code == 2 ]] || { echo "$size: exit code $code"; cat "$work/said"; exit 1; }
    if [[ $code == 2 ]]; then
        ways=$((ways + 1))
        grep -qi 'no space left\|storage' "$work/said" || { echo "$size: no reason is told"; cat "$work/said"; exit 1; }
    fi
    if [[ -d $work/small/out ]]; then
        left=$(find "$work/small/out" -name '.palette-knife-*')
        [[ -z $left ]] || { echo "$size: left behind: $left"; exit 1; }
        while read -r file; do
            cmp "$file" "$work/whole/$(basename "$file")"
        done < <(find "$work/small/out" -type f)
    fi
    mount -o remount,size=4m "$work/small"
    "${rewrite[@]}" "$work/small/out" >/dev/null
    diff -r "$work/whole" "$work/small/out"

    # Over the inputs: each is what it was, or whole.
    cp -r "$fixtures/profiles" "$work/small/in"
    used=$(df --output=used "$work/small" | tail -n 1)
    mount -o "remount,size=$((used + 4))k" "$work/small"
    "$program" rewrite "$work/small/in" --to "$fixtures/destinations/twin" --allow-masked --in-place >/dev/null 2>&1 || true
    for file in "$work"/small/in/*; do
        cmp -s "$file" "$fixtures/profiles/$(basename "$file")" || cmp "$file" "$work/whole/$(basename "$file")"
    done
    umount "$work/small"
done
((ways > 2)) || { echo "the disk was full only $ways times"; exit 1; }
echo "passed: $ways of 7 disks were full"
