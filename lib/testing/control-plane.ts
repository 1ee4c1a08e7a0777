import { spawn } from 'node:child_process'
import { openSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { until } from './real-parts.ts'

export type Component = 'etcd' | 'kube-apiserver'

type Ended = { command: string[]; cwd: string }

/** The processes of a cluster that the cluster tool started, found by the pid files beside its kubeconfig. */
export function controlPlane(kubeconfig: string) {
  const folder = path.dirname(kubeconfig)
  const pidFile = (component: Component) => path.join(folder, `${component}.pid`)
  const ended = new Map<Component, Ended>()

  function running(component: Component): { pid: number; command: string[] } {
    const pid = Number(readFileSync(pidFile(component), 'utf8'))
    const command = commandOf(pid)
    if (!command[0]?.endsWith(`/${component}`))
      throw new Error(`${pidFile(component)} names no ${component}`)
    return { pid, command }
  }

  /** Ends a component as a crash does, and waits until it is gone. */
  async function kill(component: Component): Promise<void> {
    const { pid, command } = running(component)
    ended.set(component, { command, cwd: readlinkSync(`/proc/${pid}/cwd`) })
    process.kill(pid, 'SIGKILL')
    await until(`${component} is gone`, 10, async () => commandOf(pid).length === 0)
  }

  /** Starts what was killed, as it was started before. It takes some seconds to serve. */
  function restart(): void {
    for (const [component, { command, cwd }] of ended) {
      const log = openSync(path.join(folder, `${component}.log`), 'a')
      const [program = '', ...args] = command
      const child = spawn(program, args, { cwd, detached: true, stdio: ['ignore', log, log] })
      child.unref()
      writeFileSync(pidFile(component), `${child.pid}\n`)
    }
    ended.clear()
  }

  return {
    kill,
    /** Stops a component without ending it: it holds its connections and answers nothing. */
    freeze: (component: Component) => process.kill(running(component).pid, 'SIGSTOP'),
    thaw: (component: Component) => process.kill(running(component).pid, 'SIGCONT'),
    restart,
    /** A file of the cluster: keys that sign, certificates. */
    file: (name: string) => readFileSync(path.join(folder, name), 'utf8'),
  }
}

/** Empty for a process that is gone, also where nobody has taken note of its end yet. */
function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  } catch {
    return []
  }
}
