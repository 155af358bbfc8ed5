//! The examples at the end of each verb's help.

/// Of `deploy`.
pub(super) const DEPLOY_EXAMPLES: &str = "\
Examples:
  tta-promote deploy carbon --dry-run              what would be done, and what runs now
  tta-promote deploy carbon                        asks, deploys, and proves that it is well
  tta-promote deploy carbon --yes --format json    for CI

It needs a recorded pass of the whole gate for exactly this commit, on a clean tree, not older
than `max_age`: `tta-promote verify carbon --record`. It may be run again at any moment: what
runs already is left alone, and what was interrupted is gone on with.";

/// Of `issue`.
pub(super) const ISSUE_EXAMPLES: &str = "\
Examples:
  tta-promote issue carbon --dry-run      what would be written, and where
  tta-promote issue carbon                open it, or bring it up to date
  tta-promote issue carbon --yes          labels that are missing are made without asking

It needs `gh` and a pass that `verify --record` remembered, of exactly this commit and policy. It
looks first, so it can be run again at any moment: there is never a second issue. Where GitHub
fails, that is remembered, and tried again by the next step of the promotion.";

/// Of `plan`.
pub(super) const PLAN_EXAMPLES: &str = "\
Examples:
  tta-promote plan carbon                              the commands for one component, and why
  tta-promote plan --changed-since HEAD --explain      which components are in or out, and why
  tta-promote plan --all --format matrix --shards 3    three shards for a matrix of GitHub Actions

A component is in where anything that its verdict rests on may have changed: its files, its tests,
its README, what it depends on or speaks of, the policy, configuration, or a file that nobody owns;
also prose, `docs/` and files of the forge where the policy has checks of one's own.";

/// Of `verify`.
pub(super) const VERIFY_EXAMPLES: &str = "\
Examples:
  tta-promote verify carbon                        the gate for one component
  tta-promote verify --all -q                      all components, only the verdict
  tta-promote verify --changed-since HEAD          what you have changed and not committed
  tta-promote verify carbon --only lint,types      a part of the gate, while you work
  tta-promote verify carbon --format json          for programs
  tta-promote verify carbon --record               measured anew, and remembered for a promotion
  tta-promote verify carbon --attest vsa=v.json    a Statement for cosign or GitHub to sign
  tta-promote verify carbon --output markdown=PR.md   the verdict here, and a comment in a file
  tta-promote verify --all --output junit=t.xml --output sarif=s.json   for CI systems and code scanning

What waivers of the policy cover keeps no gate shut until their day; the verdict tells what rests on them.

Where nothing has changed since an earlier run, its results are reused, and the verdict says so:
no file of the repository, no configuration above it, not the environment, the tools, the
variables. A test that fails now and then keeps its last result; `--fresh` runs everything anew.

`--format github` prints annotations, ten of each kind at most, the worst first. Where a step of GitHub
Actions sets GITHUB_STEP_SUMMARY and GITHUB_OUTPUT, it appends the Markdown to the one, and `verdict`,
`exit-code`, `summary`, `components` (JSON) and `verdict-NAME`, with the name in lower case, to the other. `gitlab`
is a Code Quality report. No format says `pass` of a run that was interrupted, whose policy has faults, or that
could not be recorded as asked.

A waiver in `promotion.toml` lets named findings of lint, types or security stay until a day, at most 90
days ahead, with reason, owner and issue. The check still fails and the gate passes, and says so: \"ready
for staging, 2 waived until 2026-12-31\". One finding more than its `max`, and it covers none of them.

Coverage is measured with the component's selected tests first. Where they alone reach the
threshold, the figure is shown as what it is, a lower bound (\"at least 73.19 %\"); `--exact`
always runs all tests.";

/// Of `promote`.
pub(super) const PROMOTE_EXAMPLES: &str = "\
Examples:
  tta-promote promote carbon --dry-run     what is due, and what would be done
  tta-promote promote carbon               show it, ask, and do it step by step
  tta-promote promote carbon --yes         in a job, where it is decided

It measures the gate anew, opens the promotion issue, and deploys, as far as each is due. It stops at
the first thing that is not a pass, and may be run again at any moment: it looks first what is done.";
