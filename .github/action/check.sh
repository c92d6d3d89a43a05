#!/usr/bin/env bash
# What the action runs: annotations into the log, a summary of the job, and a SARIF file where one is wanted. Its inputs
# come as variables (PATHS, DESTINATIONS, FAIL_ON, SARIF), never as text of a script.
set -euo pipefail

arguments=(check --format github)

summary="${RUNNER_TEMP:-/tmp}/palette-knife-summary.md"
arguments+=(--output "markdown=$summary")
# A second line would be another output of the step.
if [[ ${SARIF:-} == *$'\n'* ]]; then
    echo '::error::the input sarif is one file'
    exit 2
fi
if [[ -n ${SARIF:-} ]]; then
    arguments+=(--output "sarif=$SARIF")
fi
if [[ -n ${FAIL_ON:-} ]]; then
    arguments+=(--fail-on "$FAIL_ON")
fi
while IFS= read -r line; do
    if [[ -n $line ]]; then
        arguments+=(--to "$line")
    fi
done <<< "${DESTINATIONS:-}"
arguments+=(--)
while IFS= read -r line; do
    if [[ -n $line ]]; then
        arguments+=("$line")
    fi
done <<< "${PATHS:-.}"

rm -f "$summary"
code=0
palette-knife "${arguments[@]}" || code=$?

if [[ -f $summary && -n ${GITHUB_STEP_SUMMARY:-} ]]; then
    cat "$summary" >> "$GITHUB_STEP_SUMMARY"
fi
if [[ -n ${SARIF:-} && -f $SARIF && -n ${GITHUB_OUTPUT:-} ]]; then
    printf 'sarif=%s\n' "$SARIF" >> "$GITHUB_OUTPUT"
fi
exit "$code"
