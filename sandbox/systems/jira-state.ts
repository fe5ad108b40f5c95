import { z } from 'zod';
import { type Call, json, type Reply } from '../http.ts';
import type { Jira, JiraIssue } from '../scenario/schema-jira.ts';
import type { World } from '../world.ts';
import type { Searchable } from './jira-search.ts';

export const place = (key: string, ...rest: string[]) => ['jira', 'issues', key, ...rest];
export const iso = (at: number) => new Date(at).toISOString().replace('Z', '+0000');
export const projectOf = (key: string) => key.replace(/-\d+$/, '');

/** Version 3 is Cloud's, version 2 is served as Data Center serves it. */
export const isCloud = (call: Call) => call.param('v') === '3';

export function problem(status: number, errorMessage?: string, errors: Record<string, string> = {}): Reply {
  return json(status, { errorMessages: errorMessage === undefined ? [] : [errorMessage], errors });
}

export function known(answer: (key: string, call: Call, world: World) => Reply) {
  return (call: Call, world: World): Reply => {
    const key = call.param('key');
    if (issueOf(world, key) === undefined) {
      return problem(404, 'Issue does not exist or you do not have permission to see it.');
    }
    return answer(key, call, world);
  };
}

const Created = z.object({
  type: z.string(),
  summary: z.string(),
  labels: z.array(z.string()),
  parent: z.string().optional(),
  created: z.number(),
});
type Created = z.infer<typeof Created>;

const CREATED = ['jira', 'created'];

function createdIssue(world: World, key: string): Created | undefined {
  return world.current<Created>([...CREATED, key], [], (value) => Created.parse(JSON.parse(value)));
}

export function keepCreated(world: World, key: string, issue: Created): void {
  world.change([...CREATED, key], JSON.stringify(issue));
}

export function issueOf(world: World, key: string): JiraIssue | undefined {
  const written = world.scenario.jira?.issues[key];
  if (written !== undefined) return written;
  const made = createdIssue(world, key);
  if (made === undefined) return undefined;
  const { me } = world.scenario.jira ?? {};
  return {
    type: made.type,
    summary: made.summary,
    created: made.created,
    status: [{ value: 'New' }],
    labels: made.labels,
    ...(me === undefined ? {} : { reporter: me }),
    fields: {},
    comments: [],
    links: [],
    subtasks: [],
    fix_versions: [],
    watchers: [],
    issue_links: [],
  };
}

export function allKeys(world: World): string[] {
  return [...Object.keys(world.scenario.jira?.issues ?? {}), ...world.changedUnder(CREATED)];
}

/** Whether a search sees the issue yet. */
export function isIndexed(world: World, key: string): boolean {
  const made = createdIssue(world, key);
  return made === undefined || made.created + (world.scenario.jira?.search_lag ?? 0) <= world.now;
}

export function subtasksOf(world: World, key: string): string[] {
  const ours = world.changedUnder(CREATED).filter((one) => createdIssue(world, one)?.parent === key);
  return [...(issueOf(world, key)?.subtasks ?? []), ...ours];
}

export function projectsOf(jira: Jira): string[] {
  return [...new Set([...Object.keys(jira.projects), ...Object.keys(jira.issues).map(projectOf)])];
}

export function person(world: World, call: Call, id: string | undefined | null) {
  if (id === undefined || id === null) return null;
  const { name = id, email, app = false, active = true } = world.scenario.jira?.people[id] ?? {};
  const common = { displayName: name, active, ...(email === undefined ? {} : { emailAddress: email }) };
  return isCloud(call)
    ? { accountId: id, accountType: app ? 'app' : 'atlassian', ...common }
    : { name: id, key: `JIRAUSER-${id}`, ...common };
}

/** Who a request names, in the way of this kind of Jira; undefined for anybody unknown. */
export function namedPerson(world: World, call: Call, value: unknown): string | undefined {
  const shape = isCloud(call)
    ? z.strictObject({ accountId: z.string() })
    : z.strictObject({ name: z.string() });
  const parsed = shape.safeParse(value);
  if (!parsed.success) return undefined;
  const id = 'accountId' in parsed.data ? parsed.data.accountId : parsed.data.name;
  return Object.hasOwn(world.scenario.jira?.people ?? {}, id) ? id : undefined;
}

export function searchable(world: World, key: string, issue: JiraIssue): Searchable {
  const status = world.current<string>(place(key, 'status'), issue.status, (value) => value) ?? '';
  const labels = world.current<string[]>(place(key, 'labels'), [{ value: issue.labels }], (value) =>
    z.array(z.string()).parse(JSON.parse(value)),
  );
  const changes = issue.status
    .filter(({ at }) => at !== undefined && at <= world.now)
    .map(({ at, value }) => ({ at: at ?? 0, to: value }));
  return { key, issue, status, labels: labels ?? [], changes };
}

/** What a request has put into a place of an issue; else `before`. */
export function held<T>(world: World, key: string, what: string, before: T): unknown {
  return world.current<unknown>(place(key, 'set', what), [{ value: before }], (value): unknown =>
    JSON.parse(value),
  );
}

export function hold(world: World, key: string, what: string, value: unknown): void {
  world.change(place(key, 'set', what), JSON.stringify(value));
}
