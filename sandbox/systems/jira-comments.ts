import { z } from 'zod';
import { type Call, json, type Reply } from '../http.ts';
import type { World } from '../world.ts';
import { AdfDocument, paragraph } from './jira-adf.ts';
import { isCloud, iso, issueOf, person, place, problem } from './jira-state.ts';

const Properties = z.array(z.strictObject({ key: z.string(), value: z.unknown() })).default([]);
const CloudComment = z.strictObject({ body: AdfDocument, properties: Properties });
const ServerComment = z.strictObject({ body: z.string().min(1), properties: Properties });
const KeptComment = z.object({ body: z.unknown(), properties: Properties, created: z.number() });

export function comments(key: string, call: Call, world: World): Reply {
  const older = (issueOf(world, key)?.comments ?? [])
    .filter(({ created }) => created <= world.now)
    .map(({ author, created, text }, index) => ({
      id: String(index + 1),
      author: person(world, call, author),
      created,
      body: isCloud(call) ? paragraph(text) : text,
      properties: [] as { key: string; value: unknown }[],
    }));
  const ours = world.changedUnder(place(key, 'comments')).map((id) => {
    const kept = world.current(place(key, 'comments', id), [], (value) =>
      KeptComment.parse(JSON.parse(value)),
    );
    return {
      id,
      author: person(world, call, world.scenario.jira?.me),
      created: kept?.created ?? 0,
      body: kept?.body,
      properties: kept?.properties ?? [],
    };
  });
  const all = [...older, ...ours].sort((a, b) => a.created - b.created);
  const startAt = Number(call.query.get('startAt') ?? 0) || 0;
  const maxResults = Math.min(100, Number(call.query.get('maxResults') ?? 50) || 50);
  const withProperties = call.query.get('expand')?.includes('properties') === true;
  return json(200, {
    startAt,
    maxResults,
    total: all.length,
    comments: all.slice(startAt, startAt + maxResults).map(({ properties, created, ...rest }) => ({
      ...rest,
      created: iso(created),
      ...(withProperties ? { properties } : {}),
    })),
  });
}

export function comment(key: string, call: Call, world: World): Reply {
  const asked = (isCloud(call) ? CloudComment : ServerComment).safeParse(call.body.fields);
  if (!asked.success) return problem(400, 'Comment body is not valid!');
  const id = String(500_000 + world.count('jira comments'));
  world.change(place(key, 'comments', id), JSON.stringify({ ...asked.data, created: world.now }));
  world.effect('jira', 'comment_added', key, { id, ...asked.data });
  return json(201, {
    id,
    author: person(world, call, world.scenario.jira?.me),
    created: iso(world.now),
    body: asked.data.body,
  });
}
