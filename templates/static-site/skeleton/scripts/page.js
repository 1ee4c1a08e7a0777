const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as it may stand in HTML. */
export function escapeHtml(text) {
  return String(text).replace(/[&<>"']/g, (mark) => ESCAPES[mark])
}

/** The page with every `%key%` replaced by that text of the site, escaped. An unknown key is an error. */
export function fillPage(page, site) {
  return page.replace(/%(\w+)%/g, (_, key) => {
    if (!Object.hasOwn(site, key)) throw new Error(`site.json has no ${key}`)
    return escapeHtml(site[key])
  })
}
