import { account, repositoryShape } from './shapes.ts'
import type { PullRequest, Repository } from './store.ts'

type Shown = {
  base: string
  repository: Repository
  pull: PullRequest
  sha(branch: string): string
}

/** A pull request as GitHub's API shows it. */
export function pullShape({ base, repository, pull, sha }: Shown): Record<string, unknown> {
  const url = `${base}/repos/${repository.org}/${repository.name}`
  const self = `${url}/pulls/${pull.number}`
  const issue = `${url}/issues/${pull.number}`
  const html = `${base}/${repository.org}/${repository.name}/pull/${pull.number}`
  const owner = account(base, repository.org)
  const user = account(base, 'stairway', 'User')
  const side = (ref: string) => ({
    ref,
    label: `${repository.org}:${ref}`,
    sha: sha(ref),
    user: owner,
    repo: repositoryShape(base, repository),
  })
  const links = {
    comments_url: `${issue}/comments`,
    commits_url: `${self}/commits`,
    review_comments_url: `${self}/comments`,
    review_comment_url: `${url}/pulls/comments{/number}`,
    statuses_url: `${url}/statuses/${sha(pull.head)}`,
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
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    closed_at: null,
    merged_at: null,
    merge_commit_sha: null,
    author_association: 'MEMBER',
    auto_merge: null,
    head: side(pull.head),
    base: side(pull.base),
    _links: linksOf({ self, html, ...links }),
    merged: false,
    mergeable: true,
    mergeable_state: 'clean',
    merged_by: null,
    maintainer_can_modify: false,
    ...COUNTS,
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
