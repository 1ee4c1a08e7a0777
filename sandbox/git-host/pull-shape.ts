import { readRef } from './objects.ts'
import { account, repositoryShape } from './shapes.ts'
import type { PullRequest, Repository } from './store.ts'

type Shown = {
  base: string
  repository: Repository
  pull: PullRequest
  /** Folder of the bare repository. */
  dir: string
}

/** A pull request as GitHub's API shows it. */
export function pullShape({ base, repository, pull, dir }: Shown): Record<string, unknown> {
  const url = `${base}/repos/${repository.org}/${repository.name}`
  const self = `${url}/pulls/${pull.number}`
  const issue = `${url}/issues/${pull.number}`
  const html = `${base}/${repository.org}/${repository.name}/pull/${pull.number}`
  const owner = account(base, repository.org)
  const user = account(base, 'stairway', 'User')
  const tip = (ref: string) => readRef(dir, `refs/heads/${ref}`) ?? NO_COMMIT
  const head = pull.headSha ?? tip(pull.head)
  const side = (ref: string, sha: string) => ({
    ref,
    label: `${repository.org}:${ref}`,
    sha,
    user: owner,
    repo: repositoryShape(base, repository),
  })
  const links = {
    comments_url: `${issue}/comments`,
    commits_url: `${self}/commits`,
    review_comments_url: `${self}/comments`,
    review_comment_url: `${url}/pulls/comments{/number}`,
    statuses_url: `${url}/statuses/${head}`,
    issue_url: issue,
  }
  return {
    id: pull.number,
    node_id: `PR_${pull.number}`,
    number: pull.number,
    url: self,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    ...links,
    state: pull.state,
    locked: false,
    title: pull.title,
    user,
    body: pull.body,
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    active_lock_reason: null,
    draft: false,
    ...timesOf(repository, pull),
    merge_commit_sha: pull.mergeSha ?? null,
    author_association: 'MEMBER',
    auto_merge: null,
    head: side(pull.head, head),
    base: side(pull.base, tip(pull.base)),
    _links: linksOf({ self, html, ...links }),
    merged: Boolean(pull.mergedAt),
    mergeable: pull.state === 'open' ? true : null,
    rebaseable: null,
    mergeable_state: pull.state === 'open' ? 'clean' : 'unknown',
    merged_by: pull.mergedAt ? user : null,
    maintainer_can_modify: false,
    ...COUNTS,
  }
}

const NO_COMMIT = '0'.repeat(40)

function timesOf(repository: Repository, pull: PullRequest): Record<string, string | null> {
  const created = pull.createdAt ?? repository.createdAt
  return {
    created_at: created,
    updated_at: pull.updatedAt ?? created,
    closed_at: pull.closedAt ?? null,
    merged_at: pull.mergedAt ?? null,
  }
}

const COUNTS = {
  comments: 0,
  review_comments: 0,
  commits: 1,
  additions: 0,
  deletions: 0,
  changed_files: 0,
}

function linksOf(urls: Record<string, string>): Record<string, { href: string }> {
  return Object.fromEntries(
    Object.entries(urls).map(([name, href]) => [name.replace(/_url$/, ''), { href }]),
  )
}
