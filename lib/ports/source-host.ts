/** One file of a repository. Text only; `mode` is git's. */
export type RepositoryFile = { path: string; content: string; mode: '100644' | '100755' }

export type RepositoryRef = { org: string; name: string }

export type RepositorySpec = RepositoryRef & {
  description: string
  /** Stored on the repository so that it is recognised as ours by a repeat; never by name alone. */
  marker: string
}

export type Repository = RepositoryRef & {
  id: string
  htmlUrl: string
  /** HTTPS clone URL as clusters use it. */
  cloneUrl: string
  defaultBranch: string
}

export type EnsuredRepository =
  | { outcome: 'created' | 'existed'; repository: Repository }
  /** A repository of that name exists and does not carry our marker. Nothing was changed. */
  | { outcome: 'taken'; htmlUrl: string }

export type CommitSpec = {
  branch: string
  message: string
  author: { name: string; email: string }
  /** Author and committer time, UTC; fixed, so that a repeat gives the same SHA. */
  at: Date
  files: readonly RepositoryFile[]
}

export type PushedScaffold =
  | { outcome: 'pushed' | 'already'; sha: string }
  /** The branch shows a history that is neither the host's own first commit nor stands on ours. Nothing was changed. */
  | { outcome: 'taken'; head: string }

/** Username and password with which a cluster reads one repository over HTTPS. */
export type ReadAccess = { username: string; password: string }

/** What lies between two commits, as the host counts; null where it does not know one of them, or they have nothing in common. */
export type Between = {
  standing: Exclude<Comparison, 'unknown'>
  /** Commits that head has and base has not, and the other way round. */
  ahead: number
  behind: number
  /** Files that differ; a host may stop counting at some hundreds. */
  files: number
} | null

export type Comparison = 'identical' | 'ahead' | 'behind' | 'diverged' | 'unknown'

/** `shared`: every cluster reads with one token that an administrator gave; it is not ours to take away. */
export type RevokedAccess = 'revoked' | 'absent' | 'shared'

/** `foreign`: a repository of that name does not carry our mark; nothing was changed. */
export type Archived = 'archived' | 'already' | 'absent' | 'foreign'

/** What Stairway needs of a Git host. Every method is an ensure: safe to repeat. Throws AdapterError only. */
export type SourceHost = {
  /** Creates the repository, or finds ours by its marker. */
  ensureRepository(spec: RepositorySpec): Promise<EnsuredRepository>
  /** Does a repository stand under this name, as far as we may see? Changes nothing. */
  repositoryExists(repository: RepositoryRef): Promise<boolean>
  /**
   * Puts exactly these files on the branch as one root commit, replacing an auto-made root and nothing else; does nothing when the branch already descends from that commit.
   * The id is computed from what was sent: a host that answers with another one is not believed.
   */
  pushScaffold(repository: RepositoryRef, commit: CommitSpec): Promise<PushedScaffold>
  /** Pull request with one approval required on the branch, no force push, no deletion. */
  protectBranch(repository: RepositoryRef, branch: string): Promise<void>
  /** A read-only credential for one repository and one target. */
  readAccess(repository: RepositoryRef, target: string): Promise<ReadAccess>
  /** Takes the credential of one target away again. */
  revokeReadAccess(repository: RepositoryRef, target: string): Promise<RevokedAccess>
  /** Makes a repository read-only for everybody, if it is ours by its marker. */
  archiveRepository(
    repository: RepositoryRef,
    isOurs: (marker: string) => boolean,
  ): Promise<Archived>
  /** One text file of a commit; null where there is none of that name, or it is no small text. */
  readFile(
    repository: RepositoryRef,
    file: { commit: string; path: string },
  ): Promise<string | null>
  /** How `head` stands to `base` in history: `ahead` when head descends from base. */
  compare(repository: RepositoryRef, base: string, head: string): Promise<Comparison>
  /** The same with figures; a branch may stand for its newest commit. */
  between(repository: RepositoryRef, base: string, head: string): Promise<Between>
}
