import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fillPage } from './page.js'

const site = JSON.parse(readFileSync('site.json', 'utf8'))

rmSync('dist', { recursive: true, force: true })
mkdirSync('dist')
cpSync('src', 'dist', { recursive: true })
writeFileSync('dist/index.html', fillPage(readFileSync('src/index.html', 'utf8'), site))
