import { bearer, type Call, json, type Reply, type System, stringField } from '../http.ts';
import { type Advisory, AdvisoryState } from '../scenario/schema-errata.ts';
import { stepAt } from '../scenario/timeline.ts';
import type { World } from '../world.ts';
import { advisoryDocument, erratumDocument } from './errata-documents.ts';
import { listPushes, startPush } from './errata-push.ts';

export interface Erratum {
  id: string;
  advisory: Advisory;
  state: AdvisoryState;
  owner: string;
}

type Handler = (erratum: Erratum, world: World, call: Call) => Reply;

const onErratum =
  (handler: Handler) =>
  (call: Call, world: World): Reply => {
    const id = call.param('id').replace(/\.json$/, '');
    const erratum = find(world, id);
    if (erratum === undefined)
      return json(404, { error: `Couldn't find Errata with id or advisory name '${id}'` });
    return handler(erratum, world, call);
  };

export const errata: System = {
  name: 'errata',
  guard: (call, _world, secret) => {
    const given = call.headers.authorization ?? '';
    // A Kerberos ticket cannot be checked here; that one was shown is all that can be asked.
    if (/^Negotiate \S+/i.test(given) || bearer(call) === secret) return undefined;
    return json(401, { error: 'Unauthorized' }, { 'www-authenticate': 'Negotiate' });
  },
  routes: [
    {
      method: 'GET',
      path: '/advisory/:id',
      answer: onErratum((erratum, world) => json(200, advisoryDocument(erratum, world))),
    },
    {
      method: 'GET',
      path: '/api/v1/erratum/:id',
      answer: onErratum((erratum, world) => json(200, erratumDocument(erratum, world))),
    },
    { method: 'PUT', path: '/api/v1/erratum/:id', mutates: true, answer: onErratum(update) },
    {
      method: 'POST',
      path: '/api/v1/erratum/:id/change_state',
      mutates: true,
      answer: onErratum(changeState),
    },
    { method: 'GET', path: '/api/v1/erratum/:id/push', answer: onErratum(listPushes) },
    { method: 'POST', path: '/api/v1/erratum/:id/push', mutates: true, answer: onErratum(startPush) },
    { method: 'GET', path: '/api/v1/erratum/:id/security_alerts', answer: onErratum(alerts) },
    // The real refresh asks another service again and changes nothing of the erratum itself.
    { method: 'POST', path: '/api/v1/erratum/:id/security_alerts/refresh', answer: onErratum(refresh) },
    {
      method: 'GET',
      path: '/api/v1/erratum/:id/builds',
      answer: onErratum(({ advisory }) => json(200, builds(advisory))),
    },
  ],
};

function find(world: World, id: string): Erratum | undefined {
  const advisory = world.scenario.errata.advisories[id];
  if (advisory === undefined) return undefined;
  const state = world.current(place(id, 'state'), advisory.state, (changed) => AdvisoryState.parse(changed));
  const owner = world.current(place(id, 'assigned_to'), advisory.assigned_to, (changed) => changed);
  return { id, advisory, state: state ?? 'NEW_FILES', owner: owner ?? '' };
}

function place(id: string, field: string): string[] {
  return ['errata', 'advisories', id, field];
}

function update(erratum: Erratum, world: World, call: Call): Reply {
  const owner = ownerIn(call);
  if (owner === undefined)
    return json(422, { errors: { base: ['Nothing to update: no known field was given'] } });
  if (!world.scenario.errata.users.includes(owner)) {
    return json(422, { errors: { assigned_to_email: [`User '${owner}' is not a valid Errata Tool user`] } });
  }
  if (owner !== erratum.owner) {
    world.change(place(erratum.id, 'assigned_to'), owner);
    world.effect('errata', 'qa_owner_set', erratum.id, { from: erratum.owner, to: owner });
  }
  return json(200, erratumDocument({ ...erratum, owner }, world));
}

function ownerIn(call: Call): string | undefined {
  const flat = stringField(call.body, 'advisory[assigned_to_email]');
  if (flat !== undefined) return flat;
  const nested = call.body.fields?.advisory;
  if (typeof nested !== 'object' || nested === null || !('assigned_to_email' in nested)) return undefined;
  return typeof nested.assigned_to_email === 'string' ? nested.assigned_to_email : undefined;
}

const TRANSITIONS: Partial<Record<AdvisoryState, readonly AdvisoryState[]>> = {
  NEW_FILES: ['QE'],
  QE: ['NEW_FILES', 'REL_PREP'],
  REL_PREP: ['QE', 'NEW_FILES'],
};

function changeState(erratum: Erratum, world: World, call: Call): Reply {
  const wanted = AdvisoryState.safeParse(stringField(call.body, 'new_state'));
  if (!wanted.success)
    return json(422, { error: `New state '${stringField(call.body, 'new_state')}' is unknown` });
  if (TRANSITIONS[erratum.state]?.includes(wanted.data) !== true) {
    return json(422, { errors: { base: [`Cannot change state from ${erratum.state} to ${wanted.data}`] } });
  }
  world.change(place(erratum.id, 'state'), wanted.data);
  world.effect('errata', 'state_changed', erratum.id, { from: erratum.state, to: wanted.data });
  return json(201, erratumDocument({ ...erratum, state: wanted.data }, world));
}

function alerts(erratum: Erratum, world: World): Reply {
  const listed = world.current(place(erratum.id, 'alerts'), erratum.advisory.alerts, () => []) ?? [];
  return json(200, { alerts: { alerts: listed, blocking: listed.some((alert) => alert.blocking) } });
}

function refresh(erratum: Erratum, world: World): Reply {
  if (stepAt(erratum.advisory.alerts_refresh, world.now)?.value !== 'times_out')
    return alerts(erratum, world);
  return json(400, { error: 'Timeout while communicating with Product Security' });
}

function builds(advisory: Advisory) {
  return Object.fromEntries(
    Object.entries(advisory.builds).map(([product, nvrs]) => [
      product,
      { name: product, description: product, builds: nvrs.map((nvr) => ({ [nvr]: { nvr } })) },
    ]),
  );
}
