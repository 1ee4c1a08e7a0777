/** What stands in a pack for whoever opens it without us. */
export const README = `Evidence pack of one change, made by Stairway.

  node verify.mjs PACK.tar --key PUBLIC_KEY

verifies it: one file of plain JavaScript, Node 20 or newer, no network, no access to Stairway. Take verify.mjs
from a source that you trust rather than from the pack that is in doubt, and the public key from where you wrote
it down (Audit, Signing keys), not from the pack.

manifest.json      every file with its SHA-256; manifest.sig.json signs it (Ed25519)
change.json        what was asked, by whom, risk with its factors, revisions, stages, every move of the change; the freezes
                   that held it, as they stood when this was packed, and in which stage people let it through one
plan.json          every item of every revision with its hash; section hashes; the plan's hash
plan/, bytes/      the very bytes that were approved, by path; those of earlier revisions by hash
checks.json        every check with its result and evidence
waivers.json       every waiver that a revision leaned on: what it covers, who asked, who granted, until when
decisions.json     every vote: who, when, signed in when and how (acr, amr), on which plan hash; whom for and by which delegation, where
                   one person signed for another
conversation.json  what was said about it: who, when, in which revision, the text; people in it stand as @{id}
servicenow.json    where the tenant mirrors to ServiceNow or asks it: each record that stood for the change, what ServiceNow
                   said of it and when that was read, and what others wrote there
run.json           steps, targets and log of each run; objects as the inventory listed them when this was packed
notices.json       who was told what
people.json        names of the people whose ids stand in the other files
audit.json         the tenant's audit chain from the event before the change's first to the signed end. Events of
                   other changes stand here with their hashes only
head.json          the signature over that end

How a plan is hashed: per section SHA-256 over the RFC 8785 text of its items {action, hash, path} sorted by path,
then SHA-256 over the RFC 8785 text of {section: hash}. How an event is hashed: SHA-256 over the RFC 8785 text of
{action, actor, at (microseconds), payload (hash), prev, seq, subject, tenant, v: 1}.

What is vouched for by the signature on the manifest alone, and not by the audit chain as well: checks, notices,
what was written in ServiceNow (its states and approvals the chain holds),
logs, the inventory, risk, the period of a delegation (whom a vote was for and by which delegation the chain holds),
and times of sign-in of votes that an early release recorded. Log lines are kept for 13 weeks and may be gone from a later pack.
`
