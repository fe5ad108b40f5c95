import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SluiceError } from '../../src/kit/errors.ts';
import type { Source } from '../../tools/oar/sources/source.ts';
import { addIssue, resolveIssue } from '../../tools/oar/statebox/issues.ts';
import { mergeMetadata } from '../../tools/oar/statebox/merge-metadata.ts';
import type { Operation } from '../../tools/oar/statebox/operation.ts';
import { TASKS } from '../../tools/oar/statebox/tasks.ts';
import { updateTask } from '../../tools/oar/statebox/update-task.ts';
import { writeBox } from '../../tools/oar/statebox/write.ts';
import type { StateBox } from '../../tools/oar/statebox.ts';
import { AT, fresh, memoryBox } from './statebox-box.ts';
import { create, disturbed, git, github, PATH, permit, RELEASE, read, write } from './statebox-stores.ts';

const task = (name: string, status: string, result?: string) =>
  updateTask({ task: name, status, result }, 'lead', AT);
const issue = (text: string) => addIssue({ issue: text, blocker: true, related_tasks: [] }, AT);
const statuses = (box: StateBox) => Object.fromEntries(box.tasks.map(({ name, status }) => [name, status]));

describe.each([
  ['the GitHub contents API', github],
  ['a git remote', git],
])('two writers over %s', (_, stores) => {
  test('Z-S12 both wrote what they read: neither is lost', async () => {
    const [a, b] = await stores();
    await create(a);
    await write(a, task('stage-testing', 'In Progress'));
    await Promise.all([read(a), read(b)]);
    await write(b, task('stage-testing', 'Pass'));
    await write(a, task('image-signed-check', 'Pass'));
    expect(statuses(await read(b))).toEqual({ 'stage-testing': 'Pass', 'image-signed-check': 'Pass' });
  });

  test('Z-S12 a write that lands between reading and writing is built upon', async () => {
    const [a, b] = await stores();
    await create(a);
    const late = disturbed(a, async () => {
      await write(b, task('stage-testing', 'Pass', 'theirs'));
    });
    expect(await write(late, task('image-signed-check', 'Pass'))).toEqual({ written: true });
    expect(statuses(await read(b))).toEqual({ 'stage-testing': 'Pass', 'image-signed-check': 'Pass' });
  });

  test('Z-S12 a forced conflict, then the very same change by somebody else: nothing is written twice', async () => {
    const [a, b] = await stores();
    await create(a);
    const late = disturbed(a, async () => {
      await write(b, task('stage-testing', 'Pass', 'ok'));
    });
    expect(await write(late, task('stage-testing', 'Pass', 'ok'))).toEqual({ written: false });
  });

  test('Z-S12 of two creators one wins, and what it wrote stays', async () => {
    const [a, b] = await stores();
    const done = await Promise.allSettled([create(a, 'by a'), create(b, 'by b')]);
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const lost = done.find((one) => one.status === 'rejected');
    expect(lost?.reason).toMatchObject({ code: 'conflict' });
    expect((await a.read(PATH, RELEASE.yStream, 'now'))?.text).toBe(fresh);
  });

  test('Z-S12 different metadata, different issues, at once', async () => {
    const [a, b] = await stores();
    await create(a);
    await Promise.all([
      write(a, mergeMetadata({ advisory_ids: { microshift: 7 } })),
      write(b, mergeMetadata({ candidate_builds: { s390x: 'n' } })),
    ]);
    await Promise.all([write(a, issue('from a')), write(b, issue('from b'))]);
    const box = await read(a);
    expect(box.metadata).toMatchObject({ advisory_ids: { microshift: 7 }, candidate_builds: { s390x: 'n' } });
    expect(box.issues.map(({ issue: text }) => text).sort()).toEqual(['from a', 'from b']);
  });

  test('Z-S13 an issue that was resolved is filed again beside a write of another', async () => {
    const [a, b] = await stores();
    await create(a);
    await write(a, issue('X'));
    await write(a, resolveIssue('X', 'done', AT));
    const late = disturbed(a, async () => {
      await write(b, task('take-ownership', 'Pass'));
    });
    await write(late, issue('X'));
    const box = await read(b);
    expect(box.issues.map(({ resolved }) => resolved)).toEqual([true, false]);
    expect(statuses(box)).toEqual({ 'take-ownership': 'Pass' });
  });

  test('Z-S16 a Pass that lands while a late Fail is on its way stays', async () => {
    const [a, b] = await stores();
    await create(a);
    await write(a, task('change-advisory-status', 'In Progress'));
    const late = disturbed(a, async () => {
      await write(b, task('change-advisory-status', 'Pass'));
    });
    await expect(write(late, task('change-advisory-status', 'Fail'))).rejects.toMatchObject({
      rule: 'statebox.no-regression',
    });
    expect(statuses(await read(b))).toEqual({ 'change-advisory-status': 'Pass' });
  });

  test('what is so already makes no commit', async () => {
    const [a] = await stores();
    await create(a);
    await write(a, issue('X'));
    const before = (await a.read(PATH, RELEASE.yStream, 'now'))?.version;
    expect(await write(a, issue('x '))).toEqual({ written: false });
    expect((await a.read(PATH, RELEASE.yStream, 'now'))?.version).toBe(before);
  });
});

test('Z-S12 five conflicts in a row are told, not hidden', async () => {
  let writes = 0;
  const source: Source = {
    ...memorySource(async () => undefined),
    write: async () => {
      writes += 1;
      throw new SluiceError('conflict', { cause: 'moved', remedy: 'again' });
    },
  };
  const never = async () => undefined;
  const done = writeBox(source, RELEASE, task('stage-testing', 'Pass'), AT, permit(), never);
  await expect(done).rejects.toMatchObject({ code: 'conflict' });
  expect(writes).toBe(5);
});

/** A store in memory that compares and swaps; `turn` lets the other writer go first, or not. */
function memorySource(turn: () => Promise<void>): Source {
  let [text, version] = [memoryBox().text, 1];
  return {
    locate: (path) => path,
    url: () => null,
    list: async () => [],
    read: async () => {
      await turn();
      return { text, version: String(version) };
    },
    write: async (change) => {
      await turn();
      if (change.version !== String(version))
        throw new SluiceError('conflict', { cause: 'moved', remedy: 'again' });
      text = change.text;
      version += 1;
      return { version: String(version) };
    },
  };
}

test('Z-S12 any interleaving of two writers keeps what both wrote', async () => {
  const one = (who: string) =>
    fc.oneof(
      fc.record({ task: fc.constantFrom(...TASKS), status: fc.constantFrom('In Progress', 'Pass', 'Fail') }),
      fc.record({ issue: fc.integer({ min: 0, max: 9 }).map((n) => `${who}${n}`) }),
      fc.record({ arch: fc.integer({ min: 0, max: 9 }).map((n) => `${who}${n}`) }),
    );
  const operationOf = (
    wanted: { task: string; status: string } | { issue: string } | { arch: string },
  ): Operation => {
    if ('task' in wanted) return task(wanted.task, wanted.status, `${wanted.status} of ${wanted.task}`);
    if ('issue' in wanted) return issue(wanted.issue);
    return mergeMetadata({ candidate_builds: { [wanted.arch]: 'n' } });
  };
  const writer = (who: string) => fc.array(one(who), { minLength: 1, maxLength: 4 });
  const firstHalf = (name: string) => [...TASKS].map(String).indexOf(name) % 2 === 0;

  await fc.assert(
    fc.asyncProperty(fc.scheduler(), writer('a'), writer('b'), async (scheduler, byA, byB) => {
      const source = memorySource(() => scheduler.schedule(Promise.resolve()));
      // Each task belongs to one writer; who may overrule whom is another question.
      const [a, b] = [byA, byB].map((list, i) =>
        list.filter((wanted) => !('task' in wanted) || firstHalf(wanted.task) === (i === 0)),
      );
      const refused = new Set<unknown>();
      const play = async (list: typeof byA) => {
        for (const wanted of list) {
          await writeBox(source, RELEASE, operationOf(wanted), AT, permit(), async () => undefined).catch(
            (error: unknown) => {
              if (!(error instanceof SluiceError) || error.rule === undefined) throw error;
              refused.add(wanted);
            },
          );
        }
      };
      const playing = Promise.all([play(a ?? []), play(b ?? [])]);
      await scheduler.waitFor(playing);
      const file = await scheduler.waitFor(source.read(PATH, RELEASE.yStream));
      const { box } = memoryBox(file?.text);
      for (const wanted of [...(a ?? []), ...(b ?? [])]) {
        if ('issue' in wanted) expect(box.issues.map(({ issue: text }) => text)).toContain(wanted.issue);
        if ('arch' in wanted) expect(box.metadata.candidate_builds[wanted.arch]).toBe('n');
        if ('task' in wanted && !refused.has(wanted)) {
          const last = [...(a ?? []), ...(b ?? [])].findLast(
            (other) => 'task' in other && other.task === wanted.task && !refused.has(other),
          );
          expect(box.tasks.find(({ name }) => name === wanted.task)).toMatchObject({
            status: last && 'task' in last ? last.status : '',
          });
        }
      }
    }),
    { numRuns: 60 },
  );
});
