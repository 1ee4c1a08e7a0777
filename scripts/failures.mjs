// What failed, from the reports of the test runners, each in a few lines: the end of a long log is what people read.
import { stripVTControlCharacters } from 'node:util'

const LINES = 24

/** @param {{ testResults: { name: string, status: string, message?: string, assertionResults: { fullName: string, status: string, failureMessages?: string[] }[] }[] }} report of Vitest */
export function vitestFailures(report) {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((each) => each.status === 'failed')
    if (failed.length > 0)
      return failed.map((each) => said(`${name}: ${each.fullName}`, each.failureMessages))
    return status === 'failed' && assertionResults.length === 0 ? [said(name, [message])] : []
  })
}

/** @param {{ suites: object[] }} report of Playwright */
export function browserFailures(report) {
  return specsIn(report)
    .filter((spec) => !spec.ok)
    .map((spec) => saidOf(spec, -1))
}

/**
 * What passed only at its second try, with what the first one met: counted as passed, and named, since it is a race in the
 * test or in the product that somebody has to look into.
 * @param {{ suites: object[] }} report of Playwright
 */
export function secondTries(report) {
  return specsIn(report)
    .filter(({ ok, tests }) => ok && tests.some(({ status }) => status === 'flaky'))
    .map((spec) => saidOf(spec, 0))
}

function saidOf({ file, line, title, tests }, which) {
  const errors = tests.flatMap((each) => each.results.at(which)?.errors ?? [])
  return said(
    `${file}:${line}: ${title}`,
    errors.map((error) => error.message),
  )
}

function specsIn({ suites = [], specs = [] }) {
  return [...specs, ...suites.flatMap(specsIn)]
}

function said(where, messages = []) {
  const lines = messages
    .map((message) => stripVTControlCharacters(message ?? ''))
    .flatMap((message) => message.split('\n').filter((line) => line.trim() !== ''))
  return [where, ...lines.slice(0, LINES).map((line) => `    ${line}`)].join('\n')
}
