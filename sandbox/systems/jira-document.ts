import { z } from 'zod';
import { type Call, json, type Reply } from '../http.ts';
import type { JiraIssue } from '../scenario/schema-jira.ts';
import type { World } from '../world.ts';
import { paragraph } from './jira-adf.ts';
import { parseJql } from './jira-search.ts';
import {
  allKeys,
  held,
  isCloud,
  isIndexed,
  iso,
  issueOf,
  person,
  place,
  problem,
  searchable,
  subtasksOf,
} from './jira-state.ts';

/** An issue as Jira answers it. */
export function document(key: string, call: Call, world: World) {
  const issue = issueOf(world, key);
  if (issue === undefined) return {};
  const { status, labels } = searchable(world, key, issue);
  const histories = historiesOf(key, call, world);
  const { description } = issue;
  return {
    id: String(10_000 + Number(key.replace(/\D/g, ''))),
    key,
    fields: {
      summary: issue.summary,
      status: { name: status },
      issuetype: { name: issue.type },
      priority: issue.priority === undefined ? null : { name: issue.priority },
      labels,
      reporter: person(world, call, issue.reporter),
      updated: iso(world.now),
      description: description === undefined ? null : isCloud(call) ? paragraph(description) : description,
      subtasks: subtasksOf(world, key).map((sub) => ({ key: sub, fields: shortly(world, sub) })),
      ...issue.fields,
      ...setFields(world, key),
      assignee: person(world, call, assigneeOf(world, key, issue)),
      issuelinks: linksOf(world, key),
      fixVersions: fixVersionsOf(world, key, issue).map((name) => ({ name })),
      ...peopleFields(world, key, issue),
    },
    // Newest first, as Jira has it.
    ...(call.query.get('expand')?.includes('changelog') === true
      ? {
          changelog: {
            startAt: 0,
            maxResults: 100,
            total: histories.length,
            histories: histories.toReversed(),
          },
        }
      : {}),
  };
}

export function historiesOf(key: string, call: Call, world: World) {
  const issue = issueOf(world, key);
  if (issue === undefined) return [];
  const steps = issue.status;
  return searchable(world, key, issue).changes.map(({ at, to }, index) => ({
    id: String(index + 1),
    author: person(world, call, issue.reporter ?? world.scenario.jira?.me),
    created: iso(at),
    items: [{ field: 'status', fieldtype: 'jira', fromString: steps[index]?.value ?? 'New', toString: to }],
  }));
}

function shortly(world: World, key: string) {
  const issue = issueOf(world, key);
  const status = issue === undefined ? '' : searchable(world, key, issue).status;
  return { summary: issue?.summary ?? '', status: { name: status } };
}

export function assigneeOf(world: World, key: string, issue: JiraIssue): string | null {
  return z
    .string()
    .nullable()
    .parse(held(world, key, 'assignee', issue.assignee ?? null));
}

export function fixVersionsOf(world: World, key: string, issue: JiraIssue): string[] {
  return z.array(z.string()).parse(held(world, key, 'fixVersions', issue.fix_versions));
}

const Links = z.array(z.object({ type: z.string(), to: z.string() }));

/** Links that begin at an issue. */
export function linksFrom(world: World, key: string): z.infer<typeof Links> {
  return Links.parse(held(world, key, 'issuelinks', issueOf(world, key)?.issue_links ?? []));
}

function linksOf(world: World, key: string) {
  const types = world.scenario.jira?.link_types ?? [];
  const links = allKeys(world).flatMap((from) => linksFrom(world, from).map((link) => ({ from, ...link })));
  return links
    .map((link, index) => ({ ...link, id: String(index + 1) }))
    .filter(({ from, to }) => from === key || to === key)
    .map(({ id, from, to, type: name }) => {
      const type = types.find((one) => one.name === name);
      return from === key
        ? { id, type, outwardIssue: { key: to, fields: shortly(world, to) } }
        : { id, type, inwardIssue: { key: from, fields: shortly(world, from) } };
    });
}

/** Fields that requests have set to a value as it came. */
function setFields(world: World, key: string): Record<string, unknown> {
  const ids = world.changedUnder(place(key, 'set', 'field'));
  return Object.fromEntries(ids.map((id) => [id, held(world, key, `field\n${id}`, undefined)]));
}

/** Fields of several people that requests have added to. */
function peopleFields(world: World, key: string, issue: JiraIssue): Record<string, unknown[]> {
  const changed = world.changedUnder(place(key, 'fields'));
  return Object.fromEntries(changed.map((field) => [field, peopleOf(world, key, issue, field)]));
}

export function peopleOf(world: World, key: string, issue: JiraIssue, field: string): unknown[] {
  const before = z.array(z.unknown()).parse(issue.fields[field] ?? []);
  const read = (value: string) => z.array(z.unknown()).parse(JSON.parse(value));
  return world.current(place(key, 'fields', field), [{ value: before }], read) ?? [];
}

/** Cloud hands out a token; Data Center counts. */
export function search(call: Call, world: World): Reply {
  const scenario = world.scenario.jira;
  const jql = call.query.get('jql') ?? '';
  const test = scenario === undefined ? undefined : parseJql(jql, scenario);
  if (test === undefined) return problem(400, `Error in the JQL Query: ${jql}`);
  const keys = allKeys(world).filter((key) => {
    const issue = issueOf(world, key);
    return issue !== undefined && isIndexed(world, key) && test(searchable(world, key, issue));
  });
  const size = Math.min(100, Math.max(1, Number(call.query.get('maxResults') ?? 50)));
  const token = Buffer.from(call.query.get('nextPageToken') ?? '', 'base64').toString('utf8');
  const start = Number(isCloud(call) ? token : call.query.get('startAt')) || 0;
  const issues = keys.slice(start, start + size).map((key) => document(key, call, world));
  if (!isCloud(call)) return json(200, { startAt: start, maxResults: size, total: keys.length, issues });
  const last = start + size >= keys.length;
  return json(200, {
    issues,
    isLast: last,
    ...(last ? {} : { nextPageToken: Buffer.from(String(start + size)).toString('base64') }),
  });
}
