import { type Answer, fail } from './answer.ts'
import {
  compare,
  createBlob,
  createCommit,
  createRef,
  createTree,
  deleteRef,
  getCommit,
  getContents,
  getGitCommit,
  getRef,
  getTree,
  updateRef,
} from './data-api.ts'
import { createHook, deleteHook, getHook, listHooks } from './hook-api.ts'
import { createPull, getPull, isMerged, listPulls, mergePull, patchPull } from './pull-api.ts'
import {
  createRepository,
  deleteProtection,
  deleteReadToken,
  deleteRepository,
  getBranch,
  getProtection,
  listBranches,
  listRepositories,
  patchRepository,
  putProtection,
  putReadToken,
  readOnly,
} from './repository-api.ts'
import type { Context, Handler, Scoped } from './scoped.ts'
import { account, repositoryShape } from './shapes.ts'
import { combinedStatus, createStatus, listStatuses } from './status-api.ts'

/** The part of GitHub's REST API that octokit uses for us. */
export async function answerApi(context: Context): Promise<Answer> {
  const parts = context.path.split('/').filter(Boolean).map(decodeURIComponent)
  const [area, org = '', name = '', ...rest] = parts
  if (context.path === '/meta')
    return {
      status: 200,
      body: { verifiable_password_authentication: false, installed_version: 'stairway-sandbox' },
    }
  if (context.path === '/user')
    return { status: 200, body: { ...account(context.base, 'stairway', 'User'), name: 'Stairway' } }
  if (area === 'orgs' && name === 'repos')
    return context.method === 'POST'
      ? createRepository(context, org)
      : listRepositories(context, org)
  if (area === 'orgs' && !name)
    return context.store.hasOrg(org)
      ? { status: 200, body: account(context.base, org) }
      : fail(404, 'Not Found')
  if (area !== 'repos') return fail(404, 'Not Found')
  const repository = context.store.find(org, name)
  if (!repository) return fail(404, 'Not Found')
  const scoped: Scoped = {
    ...context,
    repository,
    dir: context.store.dirOf(repository.org, repository.name),
    url: `${context.base}/repos/${repository.org}/${repository.name}`,
    rest,
  }
  const handler = HANDLERS.find(
    (candidate) => candidate.method === context.method && matches(candidate.pattern, rest),
  )
  if (!handler) return fail(404, 'Not Found')
  const reads = context.method === 'GET' || (rest.length === 0 && context.method !== 'POST')
  return repository.archived && !reads ? readOnly() : handler.run(scoped)
}

const HANDLERS: readonly { method: string; pattern: string; run: Handler }[] = [
  {
    method: 'GET',
    pattern: '',
    run: ({ base, repository }) => ({ status: 200, body: repositoryShape(base, repository) }),
  },
  { method: 'PATCH', pattern: '', run: patchRepository },
  { method: 'DELETE', pattern: '', run: deleteRepository },
  { method: 'POST', pattern: 'git/blobs', run: createBlob },
  { method: 'POST', pattern: 'git/trees', run: createTree },
  { method: 'GET', pattern: 'git/trees/*', run: getTree },
  { method: 'POST', pattern: 'git/commits', run: createCommit },
  { method: 'GET', pattern: 'git/commits/*', run: getGitCommit },
  { method: 'GET', pattern: 'git/ref/**', run: getRef },
  { method: 'POST', pattern: 'git/refs', run: createRef },
  { method: 'PATCH', pattern: 'git/refs/**', run: updateRef },
  { method: 'DELETE', pattern: 'git/refs/**', run: deleteRef },
  { method: 'GET', pattern: 'commits/*', run: getCommit },
  { method: 'GET', pattern: 'branches', run: listBranches },
  { method: 'GET', pattern: 'branches/*', run: getBranch },
  { method: 'PUT', pattern: 'branches/*/protection', run: putProtection },
  { method: 'GET', pattern: 'branches/*/protection', run: getProtection },
  { method: 'DELETE', pattern: 'branches/*/protection', run: deleteProtection },
  { method: 'GET', pattern: 'compare/*', run: compare },
  { method: 'GET', pattern: 'contents/**', run: getContents },
  { method: 'PUT', pattern: 'read-tokens/**', run: putReadToken },
  { method: 'DELETE', pattern: 'read-tokens/**', run: deleteReadToken },
  { method: 'POST', pattern: 'statuses/*', run: createStatus },
  { method: 'GET', pattern: 'commits/*/statuses', run: listStatuses },
  { method: 'GET', pattern: 'commits/*/status', run: combinedStatus },
  { method: 'POST', pattern: 'hooks', run: createHook },
  { method: 'GET', pattern: 'hooks', run: listHooks },
  { method: 'GET', pattern: 'hooks/*', run: getHook },
  { method: 'DELETE', pattern: 'hooks/*', run: deleteHook },
  { method: 'POST', pattern: 'pulls', run: createPull },
  { method: 'GET', pattern: 'pulls', run: listPulls },
  { method: 'GET', pattern: 'pulls/*', run: getPull },
  { method: 'PATCH', pattern: 'pulls/*', run: patchPull },
  { method: 'GET', pattern: 'pulls/*/merge', run: isMerged },
  { method: 'PUT', pattern: 'pulls/*/merge', run: mergePull },
]

function matches(pattern: string, rest: readonly string[]): boolean {
  const wanted = pattern.split('/').filter(Boolean)
  const open = wanted.at(-1) === '**'
  if (open ? rest.length < wanted.length : rest.length !== wanted.length) return false
  return wanted.every((part, index) => part === '**' || part === '*' || part === rest[index])
}
