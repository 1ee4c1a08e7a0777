const STEPS = 12

/** Signs a person in over HTTP as a browser would, by the card of the identity stand-in. Answers the session token. */
export async function signInOverHttp(
  publicUrl: string,
  user: string,
  sessionCookie: string,
): Promise<string> {
  const browser = cookieJar()
  const csrf = await browser.send(`${publicUrl}/api/auth/csrf`)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const asked = await browser.send(`${publicUrl}/api/auth/signin/oidc`, {
    csrfToken,
    callbackUrl: publicUrl,
    json: 'true',
  })
  let next = ((await asked.json()) as { url: string }).url
  for (let step = 0; step < STEPS; step += 1) {
    const login = /\/interaction\/[\w-]+$/.test(next)
    const answer = await browser.send(login ? `${next}/login` : next, login ? { user } : undefined)
    const token = browser.cookie(publicUrl, sessionCookie)
    if (token) return token
    const to = answer.headers.get('location')
    if (!to) break
    next = new URL(to, next).href
  }
  throw new Error(`${user} could not sign in; the last page was ${new URL(next).pathname}`)
}

/** Keeps cookies per host and follows nothing by itself. */
function cookieJar() {
  const jar = new Map<string, Map<string, string>>()
  const of = (url: string) => {
    const { host } = new URL(url)
    const cookies = jar.get(host) ?? new Map<string, string>()
    jar.set(host, cookies)
    return cookies
  }
  return {
    cookie: (url: string, name: string) => of(url).get(name),
    async send(url: string, form?: Record<string, string>): Promise<Response> {
      const cookies = of(url)
      const answer = await fetch(url, {
        redirect: 'manual',
        headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
      })
      for (const line of answer.headers.getSetCookie()) {
        const [pair = ''] = line.split(';')
        const at = pair.indexOf('=')
        cookies.set(pair.slice(0, at), pair.slice(at + 1))
      }
      return answer
    },
  }
}
