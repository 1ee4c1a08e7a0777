import type { Rule } from './cause.ts'

/** Reasons of a source whose fetch failed; HelmRepository says only `Failed`. */
const FETCH =
  /^(GitOperation|BucketOperation|OCIArtifactPull|OCIArtifactLayerOperation|ReadOperation|ChartPull)?Failed$|^ChartPullError$/

/** Why a source does not deliver. Also read where a HelmRelease quotes its chart's failure. */
export const SOURCE_RULES: readonly Rule[] = [
  {
    code: 'source_secret',
    reason: /^AuthenticationFailed$/,
    whose: 'ours',
    nextStep: 'The credentials Secret is missing or lacks keys. Retry the run: it is placed again.',
  },
  {
    code: 'receiver_secret',
    reason: /^TokenNotFound$/,
    whose: 'ours',
    nextStep: 'The token of the webhook is missing. Retry the run: it is placed again.',
  },
  {
    code: 'source_host_key',
    message: /knownhosts|host key (?:mismatch|is unknown|verification)/i,
    whose: 'ours',
    nextStep:
      'The Git host shows another SSH key than the pinned one. The platform team finds out why, and pins the new key if it is right.',
  },
  {
    code: 'source_authentication',
    message:
      /authentication required|authentication failed|authorization failed|unable to authenticate|invalid credentials|UNAUTHORIZED|\bDENIED\b|access denied|AccessDenied|InvalidAccessKeyId|SignatureDoesNotMatch|provided access key|signature we calculated|permission denied \(publickey|\b40[13] (?:Unauthorized|Forbidden)|status code:? 40[13]\b/i,
    whose: 'ours',
    nextStep:
      'The read credential was refused. The platform team rotates it; then Flux tries again by itself.',
  },
  {
    code: 'commit_verification',
    message: /verification of (?:commit|tag)|verify the signature|no matching signatures/,
    whose: 'yours',
    nextStep: 'What was delivered is not signed by an accepted key. Sign it and push again.',
  },
  {
    code: 'commit_verification',
    reason: /^(VerificationError|InvalidCommitSignature|VerificationFailed)$/,
    whose: 'yours',
    nextStep: 'What was delivered is not signed by an accepted key. Sign it and push again.',
  },
  {
    code: 'chart_not_found',
    reason: /^InvalidChartReference$|^SourceNotReady$/,
    message: /no chart name found|no '.+' chart with version|invalid chart reference/,
    whose: 'yours',
    nextStep:
      'The chart, or a version in that range, is not in the repository. Correct the reference.',
  },
  {
    code: 'source_missing',
    reason: /^(ArtifactFailed|SourceNotReady|SourceUnavailable)$/,
    message:
      /(?:GitRepository|OCIRepository|Bucket|HelmChart|HelmRepository|ExternalArtifact)\.[\w.]+ "[^"]*" not found/,
    whose: 'ours',
    nextStep: 'The source that it names is not there. Retry the run: it is placed again.',
  },
  {
    code: 'source_specification',
    message:
      /semver parse error|improper constraint|invalid (?:url|reference|branch|tag)\b|failed to parse url/i,
    whose: 'yours',
    nextStep: 'The source’s specification cannot be read. Correct what the message names.',
  },
  {
    code: 'source_not_found',
    message:
      /unable to resolve commit|no match found for semver|couldn't find remote ref|reference not found|repository not found|remote repository is empty|MANIFEST_UNKNOWN|NAME_UNKNOWN|NoSuchBucket|bucket does not exist|^bucket '.+' not found|404 Not Found|status code:? 404\b/i,
    whose: 'yours',
    nextStep: 'The branch, tag or repository is gone. Restore it, or change the source.',
  },
  {
    code: 'source_content',
    message:
      /sparse checkout dir|failed to find layer|no artifact available for include|exceeds? (?:the )?max|artifact is too large/,
    whose: 'yours',
    nextStep: 'The source lacks what its specification asks for. Restore it, or change the source.',
  },
  {
    code: 'index_invalid',
    reason: /^IndexationFailed$/,
    whose: 'yours',
    nextStep: 'What stands at that address is no index of charts. Correct the address.',
  },
  {
    code: 'source_storage',
    reason:
      /^(StorageOperationFailed|ArchiveOperationFailed|DirectoryCreationFailed|PatchOperationFailed|StatOperationFailed|CopyOperationFailed|SymlinkUpdateFailed)$/,
    whose: 'another_team',
    nextStep:
      'source-controller cannot keep what it fetched: its disk is full or gone. Tell the administrators of the cluster.',
  },
  {
    code: 'source_tls',
    message: /x509:|certificate|tls: |server gave HTTP response to HTTPS client/,
    whose: 'ours',
    nextStep:
      'The host of the source shows no certificate that this cluster trusts. The platform team corrects the address or the CA.',
  },
  {
    code: 'source_host_unknown',
    message: /no such host|server misbehaving/,
    whose: 'ours',
    nextStep:
      'This cluster does not know the name of the source’s host. The platform team corrects the address or the cluster’s DNS.',
  },
  {
    code: 'source_rate_limited',
    message: /status code:? 429|too many requests|TOOMANYREQUESTS|rate limit/i,
    whose: 'heals_itself',
    nextStep: 'The host of the source asks this cluster for patience. Flux tries again by itself.',
  },
  {
    code: 'source_unreachable',
    reason: FETCH,
    whose: 'heals_itself',
    nextStep:
      'The host of the source does not answer this cluster. Flux tries again by itself; if it lasts, tell the platform team.',
  },
  {
    code: 'source_unreachable',
    reason: /^SourceNotReady$/,
    message:
      /connection refused|i\/o timeout|deadline exceeded|connection reset|status code:? 5\d\d/,
    whose: 'heals_itself',
    nextStep:
      'The host of the source does not answer this cluster. Flux tries again by itself; if it lasts, tell the platform team.',
  },
  {
    code: 'source_waiting',
    reason: /^(ArtifactFailed|SourceNotReady)$/,
    whose: 'heals_itself',
    nextStep: 'Its source has nothing to give yet. Look at the source first.',
  },
]
