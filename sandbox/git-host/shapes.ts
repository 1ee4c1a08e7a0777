import type { Commit } from './objects.ts'
import type { Repository } from './store.ts'

const REPOSITORY_LINKS: Record<string, string> = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  contributors_url: '/contributors',
  deployments_url: '/deployments',
  downloads_url: '/downloads',
  events_url: '/events',
  forks_url: '/forks',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  hooks_url: '/hooks',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  languages_url: '/languages',
  merges_url: '/merges',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  stargazers_url: '/stargazers',
  statuses_url: '/statuses/{sha}',
  subscribers_url: '/subscribers',
  subscription_url: '/subscription',
  tags_url: '/tags',
  teams_url: '/teams',
  trees_url: '/git/trees{/sha}',
}

/** The account that owns repositories, in GitHub's shape. */
export function account(
  base: string,
  login: string,
  type: 'Organization' | 'User' = 'Organization',
): Record<string, unknown> {
  const url = `${base}/users/${login}`
  return {
    login,
    id: idOf(login),
    node_id: `O_${login}`,
    avatar_url: `${base}/avatar.png`,
    gravatar_id: '',
    url,
    html_url: `${base}/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type,
    site_admin: false,
  }
}

/** A repository in GitHub's shape. */
export function repositoryShape(base: string, repository: Repository): Record<string, unknown> {
  const url = `${base}/repos/${repository.org}/${repository.name}`
  const html = `${base}/${repository.org}/${repository.name}`
  return {
    id: repository.id,
    node_id: `R_${repository.id}`,
    name: repository.name,
    full_name: `${repository.org}/${repository.name}`,
    private: repository.private,
    owner: account(base, repository.org),
    html_url: html,
    description: repository.description,
    fork: false,
    url,
    ...Object.fromEntries(
      Object.entries(REPOSITORY_LINKS).map(([key, suffix]) => [key, url + suffix]),
    ),
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    pushed_at: repository.createdAt,
    git_url: `git:${html.slice(5)}.git`,
    ssh_url: `git@host:${repository.org}/${repository.name}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    homepage: repository.homepage,
    size: 0,
    stargazers_count: 0,
    watchers_count: 0,
    language: null,
    has_issues: true,
    has_projects: false,
    has_downloads: false,
    has_wiki: false,
    has_pages: false,
    has_discussions: false,
    forks_count: 0,
    mirror_url: null,
    archived: repository.archived ?? false,
    disabled: false,
    open_issues_count: 0,
    license: null,
    allow_forking: false,
    is_template: false,
    web_commit_signoff_required: false,
    topics: [],
    visibility: repository.private ? 'private' : 'public',
    forks: 0,
    open_issues: 0,
    watchers: 0,
    default_branch: 'main',
    subscribers_count: 0,
    network_count: 0,
    permissions: { admin: true, maintain: true, push: true, triage: true, pull: true },
  }
}

/** A Git commit (data API) in GitHub's shape. */
export function gitCommitShape(url: string, sha: string, commit: Commit): Record<string, unknown> {
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${url}/git/commits/${sha}`,
    html_url: `${url}/commit/${sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message,
    tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
    parents: commit.parents.map((parent) => ({
      sha: parent,
      url: `${url}/git/commits/${parent}`,
      html_url: `${url}/commit/${parent}`,
    })),
    verification: {
      verified: false,
      reason: 'unsigned',
      signature: null,
      payload: null,
      verified_at: null,
    },
  }
}

/** A commit (commits API) in GitHub's shape. */
export function commitShape(url: string, sha: string, commit: Commit): Record<string, unknown> {
  const { author, committer, message, tree, parents, verification } = gitCommitShape(
    url,
    sha,
    commit,
  )
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${url}/commits/${sha}`,
    html_url: `${url}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author,
      committer,
      message,
      tree,
      comment_count: 0,
      verification,
    },
    author: null,
    committer: null,
    parents,
  }
}

/** A ref in GitHub's shape. */
export function refShape(url: string, ref: string, sha: string): Record<string, unknown> {
  return {
    ref,
    node_id: `REF_${ref}`,
    url: `${url}/git/${ref}`,
    object: { type: 'commit', sha, url: `${url}/git/commits/${sha}` },
  }
}

/** Branch protection in GitHub's shape, from what was put. */
export function protectionShape(
  url: string,
  branch: string,
  put: Record<string, unknown>,
): Record<string, unknown> {
  const at = `${url}/branches/${branch}/protection`
  const reviews = put.required_pull_request_reviews as {
    required_approving_review_count?: number
    require_code_owner_reviews?: boolean
    dismiss_stale_reviews?: boolean
  } | null
  const toggle = (value: unknown) => ({ enabled: value === true })
  return {
    url: at,
    ...(reviews
      ? {
          required_pull_request_reviews: {
            url: `${at}/required_pull_request_reviews`,
            dismiss_stale_reviews: reviews.dismiss_stale_reviews ?? false,
            require_code_owner_reviews: reviews.require_code_owner_reviews ?? false,
            require_last_push_approval: false,
            required_approving_review_count: reviews.required_approving_review_count ?? 1,
          },
        }
      : {}),
    enforce_admins: { url: `${at}/enforce_admins`, ...toggle(put.enforce_admins) },
    required_linear_history: toggle(put.required_linear_history),
    allow_force_pushes: toggle(put.allow_force_pushes),
    allow_deletions: toggle(put.allow_deletions),
    block_creations: toggle(false),
    required_conversation_resolution: toggle(false),
    lock_branch: toggle(false),
    allow_fork_syncing: toggle(false),
    required_signatures: { url: `${at}/required_signatures`, enabled: false },
  }
}

function idOf(login: string): number {
  return [...login].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_000, 7)
}
