'use client'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { attempt } from '#components/attempt.ts'
import { Button } from '#components/ui/button.tsx'
import { Field, Input, Textarea } from '#components/ui/field.tsx'
import { FormDialog } from '#components/ui/form-dialog.tsx'
import {
  lookAtClusterAction,
  replaceByKubeconfigAction,
  replaceCredentialsAction,
  retireClusterAction,
  setDrainingAction,
} from '../../../actions.ts'

type ClusterActsProps = { clusterId: string; name: string; draining: boolean; standing: number }

/** Look now, replace the token, take nothing new; a draining cluster can be removed. */
export function ClusterActs(props: ClusterActsProps) {
  return (
    <>
      <LookNow clusterId={props.clusterId} />
      <ReplaceToken {...props} />
      <Draining {...props} />
      {props.draining ? <Remove {...props} /> : null}
    </>
  )
}

function LookNow({ clusterId }: Pick<ClusterActsProps, 'clusterId'>) {
  const router = useRouter()
  const [pending, setPending] = useState(false)
  async function look(): Promise<void> {
    setPending(true)
    await attempt(() => lookAtClusterAction({ clusterId }))
    setPending(false)
    router.refresh()
  }
  return (
    <Button size="small" pending={pending} onClick={() => void look()}>
      Look now
    </Button>
  )
}

function ReplaceToken({ clusterId, name }: ClusterActsProps) {
  const router = useRouter()
  return (
    <FormDialog
      open="Replace the token…"
      title={`Replace the token of ${name}`}
      act="Replace and look"
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() => {
          const kubeconfig = String(form.get('kubeconfig') ?? '').trim()
          if (kubeconfig) return replaceByKubeconfigAction({ clusterId, kubeconfig })
          return replaceCredentialsAction({
            clusterId,
            token: String(form.get('token') ?? ''),
            caPem: String(form.get('caPem') ?? ''),
          })
        })
      }
    >
      <Field
        id="new-token"
        label="New token"
        hint="The old one is ended as soon as this is sealed."
      >
        <Textarea id="new-token" name="token" className="mono" rows={3} spellCheck={false} />
      </Field>
      <Field id="new-ca" label="New certificate authority, PEM" hint="Leave empty to keep the old.">
        <Textarea id="new-ca" name="caPem" className="mono" rows={3} spellCheck={false} />
      </Field>
      <Field
        id="new-kubeconfig"
        label="Or a kubeconfig with both"
        hint="Its current context, with a token and this cluster’s address."
      >
        <Textarea
          id="new-kubeconfig"
          name="kubeconfig"
          className="mono"
          rows={3}
          spellCheck={false}
        />
      </Field>
    </FormDialog>
  )
}

function Draining({ clusterId, name, draining }: ClusterActsProps) {
  const router = useRouter()
  const act = draining ? 'Take services again' : 'Take nothing new'
  return (
    <FormDialog
      open={`${act}…`}
      title={draining ? `Let ${name} take services again?` : `Let ${name} take nothing new?`}
      act={act}
      danger={!draining}
      onDone={() => router.refresh()}
      onSubmit={(form) =>
        attempt(() =>
          setDrainingAction({
            clusterId,
            draining: !draining,
            reason: String(form.get('reason') ?? ''),
          }),
        )
      }
    >
      <p>
        What runs there goes on. Requests that name it are {draining ? 'possible again' : 'refused'}
        .
      </p>
      <Field id="drain-reason" label="Why">
        <Input id="drain-reason" name="reason" required minLength={3} maxLength={500} />
      </Field>
    </FormDialog>
  )
}

function Remove({ clusterId, name, standing }: ClusterActsProps) {
  const router = useRouter()
  return (
    <FormDialog
      open="Remove…"
      title={`Remove ${name} for good?`}
      act="Remove the cluster"
      danger
      onDone={() => router.push('/fleet')}
      onSubmit={(form) =>
        attempt(() => retireClusterAction({ clusterId, reason: String(form.get('reason') ?? '') }))
      }
    >
      <p>
        {standing > 0
          ? 'Instances stand on it still, so this is refused until they are moved or retired.'
          : 'Its token is revoked and every admission ends. On the cluster itself nothing is touched; its history stays.'}
      </p>
      <Field id="remove-reason" label="Why">
        <Input id="remove-reason" name="reason" required minLength={3} maxLength={500} />
      </Field>
    </FormDialog>
  )
}
