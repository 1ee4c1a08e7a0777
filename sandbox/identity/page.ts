import { PEOPLE, type Person } from './people.ts'

const STYLE = `:root{color-scheme:light dark;--canvas:light-dark(oklch(.982 .003 95),oklch(.178 .003 95));--surface:light-dark(#fff,oklch(.212 .003 95));--line:light-dark(oklch(.902 .003 95),oklch(.305 .003 95));--ink:light-dark(oklch(.225 .003 95),oklch(.945 .003 95));--ink2:light-dark(oklch(.42 .003 95),oklch(.79 .003 95));--accent:light-dark(oklch(.44 .078 215),oklch(.8 .09 208))}
body{margin:0;background:var(--canvas);color:var(--ink);font:14px/1.45 Inter,system-ui,sans-serif}main{max-width:880px;margin:0 auto;padding:48px 24px}h1{font-size:20px;line-height:28px;font-weight:620;letter-spacing:-.014em;margin:0 0 4px}
p{color:var(--ink2);margin:0 0 24px;max-width:60ch}ul{list-style:none;padding:0;margin:0;display:grid;gap:12px;grid-template-columns:repeat(auto-fill,minmax(250px,1fr))}
button{all:unset;box-sizing:border-box;display:block;width:100%;min-height:96px;padding:14px 16px;background:var(--surface);border:1px solid var(--line);border-radius:6px;cursor:pointer}button:hover{border-color:var(--accent)}button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
b{display:block;font-weight:600}span{display:block;color:var(--ink2);font-size:12px;line-height:16px}i{display:block;font-style:normal;color:var(--accent);margin-top:8px;font-size:13px}label{display:flex;gap:8px;align-items:center;margin-top:24px;color:var(--ink2);font-size:13px}input{width:16px;height:16px;accent-color:var(--accent);margin:0}@media(max-width:480px){main{padding:24px 16px}}`

/** The page on which one chooses who to be. */
export function personaPage(uid: string, client: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Choose a person</title><style>${STYLE}</style></head><body><main>
<h1>Who are you today?</h1><p>A stand-in for your organisation’s single sign-on. It asks for no password and exists only on the embedded defaults. You are on the way to ${client}.</p>
<form method="post" action="/interaction/${uid}/login"><ul>${PEOPLE.map(card).join('')}</ul><label><input type="checkbox" name="weak"> Sign in with a password alone, as somebody without a second factor</label></form></main></body></html>`
}

function card(person: Person): string {
  return `<li><button name="user" value="${person.user}"><b>${person.name}</b><span>${person.title}, ${person.team}</span><i>${person.tryThis}</i></button></li>`
}
