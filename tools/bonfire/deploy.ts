import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { durationMs } from '../../src/kit/duration.ts';
import { absent, type Effect, type Found, present } from '../../src/kit/effect.ts';
import { SluiceError } from '../../src/kit/errors.ts';
import { oneLine } from '../../src/kit/text.ts';
import { DEPLOYMENT, digestOf, repositoryOf } from '../kubernetes/client.ts';
import type { BonfireClient } from './client.ts';
import { deployArguments } from './deploy-arguments.ts';
import type { Deploy } from './deploys.ts';
import { notYours } from './namespace-extend.ts';
import { isOwn, reservationRow, reservationText, stateOf } from './reservation-row.ts';
import { demandProgram } from './run.ts';
import type { App } from './settings.ts';
import { call, defineTool, Name } from './tool.ts';

/** Beyond the time that the command itself waits: it has to say how it ended. */
const GRACE_MS = 60_000;

const Input = z.object({
  namespace: Name.max(63).meta({ description: 'Reserved by you.' }),
  app: z.string().max(64).meta({ description: 'As the settings name it.' }),
  component: z.string().max(63).optional().meta({ description: 'Of the app; needed where it has several.' }),
  template_ref: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'a whole commit, 40 hexadecimal characters')
    .meta({ description: 'The commit whose template is deployed; whole, 40 characters.' }),
  image_digest: z
    .string()
    .regex(/^(sha256:)?[0-9a-f]{64}$/, 'a digest, 64 hexadecimal characters')
    .meta({ description: 'Of the image that is deployed: sha256: and 64 characters.' }),
});
type Input = z.output<typeof Input>;

const Evidence = z.object({ state: z.enum(['deployed', 'deploying']), deployments: z.array(z.string()) });

export const deploy = defineTool({
  name: 'bonfire_deploy',
  title: 'Deploy to a reserved namespace',
  description: `
Deploys one component of an app at an exact commit and image digest, with what it depends on, to a namespace that you
have reserved. The bonfire command does it; it is answered after some seconds and goes on by itself: the same call again
looks, it does not deploy twice. What comes up: kubernetes_namespace_summary; how it ended: bonfire_namespace_status.`,
  effect: 'create',
  key: 'bonfire/<cluster>/<namespace>/<app>/<component>@<image digest>, found as a Deployment of that image',
  settles: '2m',
  input: Input,
  output: z.object({
    namespace: z.string(),
    app: z.string(),
    component: z.string(),
    template_ref: z.string(),
    image: z.string().meta({ description: 'Pull spec by digest.' }),
    state: z.enum(['deployed', 'deploying']).meta({
      description: 'deployed: a Deployment of that image is there; whether it is up is another matter.',
    }),
    deployments: z.array(z.string()).meta({ description: 'That have the image.' }),
    sent: z.boolean().meta({ description: 'False: it was deployed, or under way, already.' }),
    output_tail: z.array(z.string()),
    summary: z.string(),
    next: z.string(),
  }),
  effects: async (input, { client, signal, principal, now }) => {
    await demandProgram(client.settings.program);
    const wanted = wantedOf(client, input);
    const requester = client.requester(principal);
    const reserved = await client.demand({ namespace: input.namespace }, signal);
    if (!isOwn(reserved, requester)) throw notYours(reserved);
    if (stateOf(reserved, now) !== 'active') {
      throw new SluiceError('precondition', {
        cause: `${input.namespace} cannot be deployed to: ${reservationText(reservationRow(reserved, requester, now))}.`,
        remedy: 'Reserve a namespace and wait until it is there: bonfire_namespace_reserve.',
        rule: 'active_reservation',
      });
    }
    return [deployEffect(client, input, wanted, requester)];
  },
  result: async (input, { client }, [outcome]) => {
    const { image, component, key } = wantedOf(client, input);
    const evidence = Evidence.parse(outcome?.data);
    const state = client.deploys.get(key)?.state === 'running' ? 'deploying' : evidence.state;
    const { namespace, app } = input;
    const sent = outcome?.outcome === 'sent';
    const what = `${component} of ${app} (${image.slice(-12)}) in ${namespace}`;
    return {
      namespace,
      app,
      component,
      template_ref: input.template_ref,
      image,
      state,
      deployments: evidence.deployments,
      sent,
      output_tail: client.deploys.get(key)?.output ?? [],
      summary:
        state === 'deploying'
          ? `The deploy of ${what} is under way${sent ? '' : ' already'}.`
          : `${what} is deployed${sent ? '' : ' already'}: ${evidence.deployments.join(', ')}.`,
      next:
        state === 'deploying'
          ? call('bonfire_namespace_status', { namespace })
          : call('kubernetes_namespace_summary', { cluster: client.cluster.name, namespace }),
    };
  },
});

interface Wanted {
  key: string;
  component: string;
  digest: string;
  image: string;
  app: App;
}

function wantedOf(client: BonfireClient, { namespace, app: name, component, image_digest }: Input): Wanted {
  const app = client.app(name);
  const [only, ...others] = app.components;
  const chosen = component ?? (others.length === 0 ? only : undefined);
  if (chosen === undefined || !app.components.includes(chosen)) {
    throw new SluiceError('invalid_input', {
      cause:
        component === undefined
          ? `It is not said which component of ${name} is meant.`
          : `${name} has no component ${component} in modules.bonfire.apps.`,
      remedy: `Its components: ${app.components.join(', ')}.`,
    });
  }
  const digest = `sha256:${image_digest.replace(/^sha256:/, '')}`;
  const key = `bonfire/${client.cluster.name}/${namespace}/${name}/${chosen}@${digest}`;
  return { key, component: chosen, digest, image: `${app.image_base}@${digest}`, app };
}

function deployEffect(client: BonfireClient, input: Input, wanted: Wanted, requester: string): Effect {
  const { namespace, app, template_ref: ref } = input;
  const { key, component, image } = wanted;
  const limitMs = durationMs(client.settings.deploy_limit);
  return {
    key,
    preview: {
      system: client.cluster.name,
      action: 'deploy',
      target: `${component} of ${app} to ${namespace}`,
      after: { template_ref: ref, image },
    },
    find: async () => await findDeploy(client, namespace, wanted),
    send: async (permit) => {
      const begun = await client.deploys.begin(
        {
          key,
          namespace,
          requester,
          limitMs: limitMs + GRACE_MS,
          kubeconfig: await client.kubeconfig(namespace),
          args: deployArguments(client.settings, {
            namespace,
            app,
            component,
            imageBase: wanted.app.image_base,
            digest: wanted.digest,
            templateRef: ref,
            limitMs,
          }),
        },
        () => permit.check(),
      );
      // A command of many minutes outlives the permit: what it says at once is waited for, no more.
      await Promise.race([begun.ended, delay(client.callLimitMs / 2, undefined, { ref: false })]);
      if (begun.state === 'running') return { state: 'deploying', deployments: [] };
      const found = await findDeploy(client, namespace, wanted);
      if (found.state === 'present') return found.data;
      throw failure(begun, namespace);
    },
  };
}

async function findDeploy(
  client: BonfireClient,
  namespace: string,
  { key, digest, app }: Wanted,
): Promise<Found> {
  if (client.deploys.get(key)?.state === 'running') return present({ state: 'deploying', deployments: [] });
  const { items } = await client.cluster.all(DEPLOYMENT, { namespace });
  const deployments = items
    .filter(({ spec }) =>
      spec.template.spec.containers.some(
        ({ image }) => digestOf(image) === digest && repositoryOf(image) === app.image_base,
      ),
    )
    .map(({ metadata }) => metadata.name);
  return deployments.length === 0 ? absent : present({ state: 'deployed', deployments });
}

/** It has ended and no Deployment has the image: what it was to do is not done, and may be tried again. */
function failure({ exit, output }: Deploy, namespace: string): SluiceError {
  const said = oneLine(output.slice(-4).join(' | '), 600);
  const how = exit === null ? 'was stopped' : `ended with ${exit}`;
  return new SluiceError('upstream', {
    cause: `bonfire deploy ${how}, and no Deployment in ${namespace} has the image. It said: ${JSON.stringify(said)}.`,
    remedy: `See ${call('bonfire_namespace_status', { namespace })} for more of its output; put right what it names and call again.`,
  });
}
