import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { NotYet } from '../../../src/kit/errors.ts';
import { READY_STATES } from '../advisories.ts';
import { Attempt } from '../attempt.ts';
import { defineTool } from '../define.ts';
import { see } from '../flow-page.ts';
import { metadataOf } from '../metadata.ts';
import { pushStateOf, TARGET, wantedOrdinal } from '../push.ts';
import {
  AdvisoryPush,
  PUSH_STATES,
  type PushedAdvisory,
  pushedAdvisories,
  pushState,
  reportPushes,
  stageJobsOf,
} from '../push-read.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import type { OarServices } from '../services.ts';
import { inOrder } from '../statebox/in-order.ts';

export const pushToCdnStaging = defineTool({
  name: 'oar_push_to_cdn_staging',
  title: 'Push the advisories of a release to CDN staging',
  description: `Starts a push to the staging CDN for every live advisory (not microshift) that has none, and again after a failed
one when attempt allows it. Never beside a push that is live or complete. An advisory in NEW_FILES is waited for.`,
  effect: 'update',
  key: 'errata/<advisory>/push/cdn_stage#<ordinal of the push>',
  settles: '10s',
  input: z.object({ release: ReleaseName, attempt: Attempt }),
  output: z.object({
    release: z.string(),
    advisories: z.array(AdvisoryPush),
    ref: z.object({ system: z.string(), id: z.string(), url: z.string().nullable() }),
    state: z.enum(PUSH_STATES),
    summary: z.string(),
  }),
  effects: async ({ release, attempt }, { client, ungoverned }) => {
    const advisories = await pushedAdvisories(client, await metadataOf(client, parseRelease(release)));
    const effects = advisories
      .filter((one) => !isUnpushable(one))
      // What others wait for goes first.
      .sort((a, b) => a.advisory.blockingAdvisories.length - b.advisory.blockingAdvisories.length)
      .map((one) => pushEffect(client, one, attempt));
    return inOrder(effects, { client, ungoverned }, parseRelease(release), 'push-to-cdn-staging');
  },
  result: async ({ release }, { client }) => {
    const advisories = await pushedAdvisories(client, await metadataOf(client, parseRelease(release)));
    const held = advisories.filter(isUnpushable);
    if (held.length > 0) {
      const names = held.map(({ id }) => `advisory ${id} is NEW_FILES`);
      throw new NotYet(`Not everything of ${release} can be pushed yet: ${names.join(', ')}.`, {
        remedy: `Wait until it is in QE or dropped; if it stays, ask the builders of the release. ${see('advisory-in-new_files')}`,
      });
    }
    const { state, cause } = pushState(advisories);
    return {
      release,
      advisories: reportPushes(advisories),
      ref: { system: 'errata', id: advisories.map(({ id }) => id).join(','), url: null },
      state,
      summary: `The push of ${release} to CDN staging is ${state}: ${cause}.`,
    };
  },
});

/** What Errata Tool would refuse to push, and what needs a push. */
function isUnpushable({ advisory, stage }: PushedAdvisory): boolean {
  const state = pushStateOf(stage);
  return advisory.status === 'NEW_FILES' && (state === 'not_started' || state === 'failed');
}

function pushEffect(services: OarServices, one: PushedAdvisory, attempt: number): Effect {
  const { id, kind, advisory } = one;
  const ordinal = wantedOrdinal(one.stage, attempt);
  const find = async () => {
    const stage = await stageJobsOf(services, id);
    const state = pushStateOf(stage);
    if (stage.length < ordinal && state !== 'running' && state !== 'complete') return absent;
    return present({ advisory: id, push: stage.at(-1)?.id ?? null });
  };
  return {
    key: `errata/${id}/push/${TARGET}#${ordinal}`,
    preview: {
      system: 'errata',
      action: 'push to CDN staging',
      target: `${kind} advisory ${id}`,
      before: one.stage.at(-1)?.status ?? 'never pushed',
      after: 'pushed',
    },
    find,
    ready: async () => {
      if (advisory.blockingAdvisories.length === 0 || (await find()).state === 'present') return;
      for (const blocking of advisory.blockingAdvisories) await demandPushed(services, id, blocking);
    },
    send: async (permit) => {
      const started = await services.errata().push(id, permit);
      return { advisory: id, push: started.find(({ target }) => target === TARGET)?.id ?? null };
    },
  };
}

async function demandPushed(services: OarServices, id: number, blocking: number): Promise<void> {
  const { status } = await services.errata().getAdvisory(blocking);
  if (READY_STATES.has(status) || status === 'DROPPED_NO_SHIP') return;
  const state = pushStateOf(await stageJobsOf(services, blocking));
  if (state === 'complete') return;
  throw new NotYet(`Advisory ${id} is pushed after advisory ${blocking}, whose push is ${state}.`, {
    remedy: `Wait for the push of advisory ${blocking}. ${see('push-stuck')}`,
  });
}
