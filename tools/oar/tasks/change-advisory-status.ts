import { z } from 'zod';
import { absent, type Effect, present } from '../../../src/kit/effect.ts';
import { SluiceError } from '../../../src/kit/errors.ts';
import {
  AdvisoryState,
  demandSome,
  liveAdvisories,
  READY_STATES,
  type ReleaseAdvisory,
  stateOf,
} from '../advisories.ts';
import { defineTool } from '../define.ts';
import { see } from '../flow-page.ts';
import { demandNoBlockingAlert } from '../images/blocking-alerts.ts';
import { demandShippableKernel, kernelUnchecked } from '../images/kernel-stop.ts';
import { demandLivePage } from '../live-page.ts';
import { metadataOf } from '../metadata.ts';
import { parseRelease, ReleaseName } from '../release.ts';
import type { OarServices } from '../services.ts';
import { type Shipment, shipmentOf } from '../shipment-read.ts';

const TARGET_STATE = 'REL_PREP';

export const changeAdvisoryStatus = defineTool({
  name: 'oar_change_advisory_status',
  title: 'Give the final approval of a release',
  description: `The final approval: approves the shipment merge request as our account, then moves every live advisory (not
microshift) to REL_PREP once the metadata URL is live. Before each: no kernel under early-kernel-stop-ship, no blocking
security alert of an RHSA. What is done already is left alone, so a retry does only the rest.`,
  effect: 'update',
  key: 'gitlab/<project>!<iid>/approve/<our username>; errata/<advisory>/state/REL_PREP',
  settles: '5s',
  input: z.object({ release: ReleaseName }),
  output: z.object({
    release: z.string(),
    merge_request: z.object({ iid: z.int(), state: z.string(), approved_by: z.array(z.string()) }).nullable(),
    advisories: z.array(AdvisoryState),
    summary: z.string(),
  }),
  // Every wanted effect is listed, done or not: what was approved must read the same afterwards.
  effects: async ({ release }, { client }) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const [shipment, live] = await Promise.all([
      shipmentOf(client, metadata),
      liveAdvisories(client, metadata),
    ]);
    demandSome(live, metadata);
    const kernel = async () => {
      // A dropped advisory ships no kernel.
      if (live.some(({ kind }) => kind === 'rhcos')) await demandShippableKernel(client, metadata);
    };
    const moves = live.map((one) =>
      moveEffect(client, one, async () => {
        await demandLivePage(client, metadata, shipment);
        await kernel();
        await demandNoBlockingAlert(client, one);
      }),
    );
    if (shipment === undefined) return moves;
    // An approval without what has to follow it would have to be taken back by hand.
    const preconditions = async () => {
      await kernel();
      for (const one of await liveAdvisories(client, metadata)) await demandNoBlockingAlert(client, one);
    };
    return [await approveEffect(client, shipment, preconditions), ...moves];
  },
  result: async ({ release }, { client }) => {
    const metadata = await metadataOf(client, parseRelease(release));
    const shipment = await shipmentOf(client, metadata);
    const advisories = (await liveAdvisories(client, metadata)).map(stateOf);
    const merge_request =
      shipment === undefined
        ? null
        : {
            iid: shipment.iid,
            state: shipment.mergeRequest.state,
            approved_by: (await client.gitlab().approvals(shipment.project, shipment.iid)).approvedBy,
          };
    const states = advisories.map(({ id, kind, state }) => `${kind} ${id} is ${state}`).join(', ');
    const approval = merge_request === null ? '' : `merge request !${merge_request.iid} is approved; `;
    const why = await kernelUnchecked(client, metadata);
    const kernel = why === undefined ? '' : ` The kernel was not checked: ${why}.`;
    return { release, merge_request, advisories, summary: `${release}: ${approval}${states}.${kernel}` };
  },
});

async function approveEffect(
  services: OarServices,
  { project, iid, name, mergeRequest }: Shipment,
  preconditions: () => Promise<void>,
): Promise<Effect> {
  if (mergeRequest.state === 'closed') {
    throw new SluiceError('precondition', {
      cause: `The shipment merge request ${name} is closed: the release is cancelled.`,
      remedy: `Reopen it if the release goes on; otherwise cancel the run. ${see('closed-merge-request')}`,
    });
  }
  const { username } = await services.gitlab().currentUser();
  const find = async () => {
    const { state } = await services.gitlab().getMergeRequest(project, iid);
    const { approvedBy } = await services.gitlab().approvals(project, iid);
    const done = approvedBy.includes(username) || state === 'merged';
    return done ? present({ state, approved_by: approvedBy }) : absent;
  };
  return {
    key: `gitlab/${name}/approve/${username}`,
    preview: {
      system: 'gitlab',
      action: 'approve the merge request',
      target: name,
      before: mergeRequest.state,
      after: `approved by ${username}`,
    },
    find,
    ready: async () => {
      if ((await find()).state !== 'present') await preconditions();
    },
    send: async (permit) => {
      await services.gitlab().approve(project, iid, permit);
      return { approved_by: [username] };
    },
  };
}

function moveEffect(
  services: OarServices,
  { id, kind, advisory }: ReleaseAdvisory,
  preconditions: () => Promise<void>,
): Effect {
  const find = async () => {
    const { status } = await services.errata().getAdvisory(id);
    return READY_STATES.has(status) ? present({ advisory: id, state: status }) : absent;
  };
  return {
    key: `errata/${id}/state/${TARGET_STATE}`,
    preview: {
      system: 'errata',
      action: `change the state to ${TARGET_STATE}`,
      target: `${kind} advisory ${id}`,
      before: advisory.status,
      after: TARGET_STATE,
    },
    find,
    ready: async () => {
      if ((await find()).state !== 'present') await preconditions();
    },
    send: async (permit) => {
      await services.errata().changeState(id, TARGET_STATE, permit);
      return { advisory: id, state: TARGET_STATE };
    },
  };
}
